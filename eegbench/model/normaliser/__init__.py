"""A normaliser changes the scale of signals or makes spectrograms of them, inside the model and kept with it."""

from eegbench.model.normaliser.base import FittedNormaliser, Normaliser
from eegbench.model.normaliser.chain import Chain

__all__ = ["Chain", "FittedNormaliser", "Normaliser"]
