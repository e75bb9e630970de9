"""A normaliser changes the scale of signals or makes spectrograms of them, inside the model and kept with it."""

from eegbench.model.normaliser.base import FittedNormaliser, Normaliser

__all__ = ["FittedNormaliser", "Normaliser"]
