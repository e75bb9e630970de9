"""Preprocessing: one shard in µV per recording, and windows as rows of a table."""

from eegbench.preprocessing.base import Preprocessing, SignalSteps

__all__ = ["Preprocessing", "SignalSteps"]
