"""Encoder of signals and additional features, with the concatenation of both as embedding."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.config import Spec
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.model.feature_encoder import FeatureEncoder
from eegbench.model.normaliser import Normaliser
from eegbench.model.of_features import EncoderOfFeatures
from eegbench.store.windows import Windows
from eegbench.types import Form


class WithFeatures(EncoderOfFeatures):
    """Encode the signals and the features of a window, and concatenate both.

    Parameters
    ----------
    form
        Form of the windows, taken from the store.
    signals
        Encoder of the signals.
    normalisers
        Normalisers of the features, applied in order and fitted to the scored windows of train.
    features
        Encoder of the features, concatenated in the order of ``preprocessing.features``.
    """

    def __init__(
        self,
        *,
        form: Form,
        signals: Spec[Encoder],
        normalisers: Mapping[str, Spec[Normaliser]],
        features: Spec[FeatureEncoder],
    ) -> None:
        super().__init__()
        self.signals = build_encoder(signals, replace(form, features={}))
        self.take(form, normalisers, features)
        self.embed_dim = self.signals.embed_dim + self.features.out_dim
        self.bf16_on_cpu = self.signals.bf16_on_cpu
        self.takes_missing_channels = self.signals.takes_missing_channels

    def tokens(self, windows: Windows) -> Float[Tensor, "batch n_tokens dim"]:
        """Return the tokens of the signals, each concatenated with the encoded features."""
        tokens = self.signals.tokens(replace(windows, features={}))
        encoded = self.encoded(windows).unsqueeze(1).expand(-1, tokens.shape[1], -1)
        return torch.cat([tokens, encoded], dim=2)

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding per window."""
        return torch.cat([self.signals(replace(windows, features={})), self.encoded(windows)], dim=1)

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the first filters of the encoder of the signals."""
        return self.signals.first_filters()

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Fit the encoder of the signals and the normalisers of the features."""
        self.signals.fit(lambda: (replace(one, features={}) for one in windows()))
        super().fit(windows)

    def after_step(self) -> None:
        """Call the same method of the encoder of the signals."""
        self.signals.after_step()
