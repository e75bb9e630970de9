"""Augmentations: random changes of windows that preserve their labels."""

from eegbench.augmentation.base import Augmentation

__all__ = ["Augmentation"]
