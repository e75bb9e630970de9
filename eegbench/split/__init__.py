"""A split says which windows train, which choose, and which test."""

from eegbench.split.base import Split

__all__ = ["Split"]
