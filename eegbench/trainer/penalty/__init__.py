"""Penalties on weights, added to the training loss."""

from eegbench.trainer.penalty.base import Penalty

__all__ = ["Penalty"]
