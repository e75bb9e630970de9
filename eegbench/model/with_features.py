"""An encoder of the signals and one of features that come beside them; the embedding is both, one after the other."""

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
    """Encodes the signals and the features of a window, and concatenates both.

    Parameters
    ----------
    form
        Form of the windows; comes from the store.
    signals
        The encoder of the signals.
    normalisers
        Follow each other on the features; what they learn comes from the scored windows of train.
    features
        The encoder of the features, which it takes one after the other in the order of ``preprocessing.features``.
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
        """Return the tokens of the signals, each with the encoded features."""
        tokens = self.signals.tokens(replace(windows, features={}))
        encoded = self.encoded(windows).unsqueeze(1).expand(-1, tokens.shape[1], -1)
        return torch.cat([tokens, encoded], dim=2)

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding a window."""
        return torch.cat([self.signals(replace(windows, features={})), self.encoded(windows)], dim=1)

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return those of the encoder of the signals."""
        return self.signals.first_filters()

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Let the encoder of the signals and the normalisers of the features learn."""
        self.signals.fit(lambda: (replace(one, features={}) for one in windows()))
        super().fit(windows)

    def after_step(self) -> None:
        """Do what follows an optimiser's step in the encoder of the signals."""
        self.signals.after_step()
