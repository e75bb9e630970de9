"""Datasets: they list recordings and read each as an MNE Raw in volts, with its labels as annotations."""

from eegbench.dataset.base import BadRecordingError, Card, Dataset, MixedRatesError

__all__ = ["BadRecordingError", "Card", "Dataset", "MixedRatesError"]
