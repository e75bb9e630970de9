"""The trainer: a plain loop over passes that stops early, keeps checkpoints and resumes to the same bits."""

from eegbench.trainer.base import Fit, Material, NonFiniteLossError, Trainer

__all__ = ["Fit", "Material", "NonFiniteLossError", "Trainer"]
