"""Steps that a group of signals goes through, one after the other."""

from eegbench.preprocessing.step.base import Step

__all__ = ["Step"]
