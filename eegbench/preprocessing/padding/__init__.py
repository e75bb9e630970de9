"""Padding of recordings: constant windows before the first and after the last window in sequences."""

from eegbench.preprocessing.padding.base import RecordingPadding

__all__ = ["RecordingPadding"]
