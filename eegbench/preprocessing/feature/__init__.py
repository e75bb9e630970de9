"""Features of windows that experts made, which come beside the signals."""

from eegbench.preprocessing.feature.base import Feature

__all__ = ["Feature"]
