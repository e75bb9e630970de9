"""Sweeps: Optuna samples points of a search space through Hydra, and each point becomes a trial that can be resumed."""

from eegbench.sweep.base import Pruned, Trial

__all__ = ["Pruned", "Trial"]
