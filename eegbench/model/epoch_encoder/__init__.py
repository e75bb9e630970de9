"""An epoch encoder makes steps of features of one group of signals in a window; a reducer makes one vector of them."""

from eegbench.model.epoch_encoder.base import EpochEncoder

__all__ = ["EpochEncoder"]
