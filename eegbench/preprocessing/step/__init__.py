"""Steps applied to a group of signals, one after the other."""

from eegbench.preprocessing.step.base import Step

__all__ = ["Step"]
