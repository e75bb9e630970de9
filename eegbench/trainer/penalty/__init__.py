"""Penalties on weights, which are added to the loss of training."""

from eegbench.trainer.penalty.base import Penalty

__all__ = ["Penalty"]
