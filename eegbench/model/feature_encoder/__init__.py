"""Encoders of features that come beside the signals."""

from eegbench.model.feature_encoder.base import FeatureEncoder

__all__ = ["FeatureEncoder"]
