"""Trackers: they log a run's parameters, metrics, files and model where runs can be compared."""

from eegbench.tracking.base import DatasetFacts, RunFacts, ServedModel, SweepView, TrackedRun, Tracker, tracked

__all__ = ["DatasetFacts", "RunFacts", "ServedModel", "SweepView", "TrackedRun", "Tracker", "tracked"]
