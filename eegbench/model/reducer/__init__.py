"""Reducers: from the steps of an epoch encoder to one vector."""

from eegbench.model.reducer.base import Reducer

__all__ = ["Reducer"]
