"""Augmentations: random changes of windows that leave what matters in them as it is."""

from eegbench.augmentation.base import Augmentation

__all__ = ["Augmentation"]
