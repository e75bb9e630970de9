"""Preprocessing: each recording once into a shard in µV, and windows as rows of a table."""

from eegbench.preprocessing.base import Preprocessing, SignalSteps

__all__ = ["Preprocessing", "SignalSteps"]
