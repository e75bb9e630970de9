"""Preprocessing: each recording once into a shard in µV, and windows as rows of a table."""

from eegbench.preprocessing.base import Preprocessing, SignalSteps
from eegbench.preprocessing.build import Skipped
from eegbench.preprocessing.open import Opened, open_store

__all__ = ["Opened", "Preprocessing", "SignalSteps", "Skipped", "open_store"]
