"""Samplers, which draw the examples of one pass from the table of windows.

A pass is one round over the examples of a sampler.
"""

from eegbench.sampler.base import Sampler

__all__ = ["Sampler"]
