"""Preprocessing: each recording once into a shard in µV, and windows as rows of a table."""

from eegbench.preprocessing.base import Preprocessing, SignalSteps
from eegbench.preprocessing.build import Plan, Skipped, plan_shards
from eegbench.preprocessing.open import Opened, open_store

__all__ = ["Opened", "Plan", "Preprocessing", "SignalSteps", "Skipped", "open_store", "plan_shards"]
