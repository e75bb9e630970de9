"""A sampler draws the examples of one pass from the window table."""

from eegbench.sampler.base import Sampler

__all__ = ["Sampler"]
