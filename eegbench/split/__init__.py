"""Splits: the assignment of windows to train, valid and test."""

from eegbench.split.base import Split

__all__ = ["Split"]
