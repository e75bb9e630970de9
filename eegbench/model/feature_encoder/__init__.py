"""Encoders of features that are given in addition to the signals."""

from eegbench.model.feature_encoder.base import FeatureEncoder

__all__ = ["FeatureEncoder"]
