"""Averaging of the final weights over several passes."""

from eegbench.trainer.averaging.base import Averaging

__all__ = ["Averaging"]
