"""A reducer makes one vector of the steps of an epoch encoder."""

from eegbench.model.reducer.base import Reducer

__all__ = ["Reducer"]
