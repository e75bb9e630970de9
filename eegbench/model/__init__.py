"""An encoder turns a window into tokens and the tokens into one embedding."""

from eegbench.model.base import Encoder

__all__ = ["Encoder"]
