"""Encoders: from a window to tokens, and from tokens to one embedding."""

from eegbench.model.base import Encoder

__all__ = ["Encoder"]
