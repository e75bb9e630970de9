"""Trainers: loops over passes with early stopping, checkpoints and bit-exact resumption."""

from eegbench.trainer.base import Fit, Material, NonFiniteLossError, Trainer

__all__ = ["Fit", "Material", "NonFiniteLossError", "Trainer"]
