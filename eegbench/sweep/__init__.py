"""Sweeps: Optuna draws points of a search space through Hydra, and every point becomes a trial that can be resumed."""

from eegbench.sweep.base import Pruned, Trial

__all__ = ["Pruned", "Trial"]
