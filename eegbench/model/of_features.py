"""Base class of encoders that take features: they are concatenated, normalised and encoded."""

from collections.abc import Callable, Iterable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.config import Spec
from eegbench.model.base import Encoder
from eegbench.model.feature_encoder import FeatureEncoder
from eegbench.model.normaliser import Chain, Normaliser
from eegbench.store.windows import Windows
from eegbench.types import Form


class EncoderOfFeatures(Encoder):
    """Encode features, concatenated in the order of ``preprocessing.features``.

    Subclasses must call `take` in their constructor.
    """

    takes_features = True

    def take(self, form: Form, normalisers: Mapping[str, Spec[Normaliser]], features: Spec[FeatureEncoder]) -> None:
        """Build the normalisers and the encoder of the features.

        Parameters
        ----------
        form
            Form of the windows.
        normalisers
            Normalisers of the features, applied in order and fitted to the scored windows of train.
        features
            Encoder of the features.
        """
        self.names, dim = tuple(form.features), sum(form.features.values())
        self.normalisers = Chain(normalisers, shape=(dim, 1), sfreq=1 / form.window_s)
        self.features = features.build(dim=dim)

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Fit the normalisers of the features to windows of train."""
        self.normalisers.fit(lambda: (self._joined(one) for one in windows()))

    def encoded(self, windows: Windows) -> Float[Tensor, "batch _"]:
        """Return the encoded features of windows."""
        encoded: Tensor = self.features(self.normalisers(self._joined(windows)).squeeze(2))
        return encoded

    def _joined(self, windows: Windows) -> Float[Tensor, "batch dim 1"]:
        """Concatenate features as channels with one sample per window, the input shape of normalisers."""
        return torch.cat([windows.features[name] for name in self.names], dim=1).unsqueeze(2)
