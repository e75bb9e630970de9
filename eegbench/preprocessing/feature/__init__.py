"""Hand-made features of windows, which models get in addition to the signals."""

from eegbench.preprocessing.feature.base import Feature

__all__ = ["Feature"]
