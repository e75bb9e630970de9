"""Epoch encoders: steps of features from one group of signals in a window; a reducer combines the steps."""

from eegbench.model.epoch_encoder.base import EpochEncoder

__all__ = ["EpochEncoder"]
