"""Normalisers: they rescale signals or compute spectrograms inside the model, and are saved with it."""

from eegbench.model.normaliser.base import FittedNormaliser, Normaliser
from eegbench.model.normaliser.chain import Chain

__all__ = ["Chain", "FittedNormaliser", "Normaliser"]
