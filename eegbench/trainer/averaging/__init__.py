"""Final weights that are the mean of those after several passes."""

from eegbench.trainer.averaging.base import Averaging

__all__ = ["Averaging"]
