"""Encoder of features only, such as hand-made ones, which does not use the signals.

The mixed network of Dong et al. 2018, doi:10.1109/TNSRE.2017.2733220, combines it with a sequence encoder.
"""

from collections.abc import Mapping

from jaxtyping import Float
from torch import Tensor

from eegbench.config import Spec
from eegbench.model.feature_encoder import FeatureEncoder
from eegbench.model.normaliser import Normaliser
from eegbench.model.of_features import EncoderOfFeatures
from eegbench.store.windows import Windows
from eegbench.types import Form


class FeaturesOnly(EncoderOfFeatures):
    """Encode the features of a window; its signals are not used.

    Parameters
    ----------
    form
        Form of the windows, taken from the store.
    normalisers
        Normalisers of the features, applied in order and fitted to the scored windows of train.
    features
        Encoder of the features, concatenated in the order of ``preprocessing.features``.
    """

    takes_signals = False
    takes_missing_channels = True  # for features, a missing channel is flat

    def __init__(
        self, *, form: Form, normalisers: Mapping[str, Spec[Normaliser]], features: Spec[FeatureEncoder]
    ) -> None:
        super().__init__()
        self.take(form, normalisers, features)
        self.embed_dim = self.features.out_dim

    def tokens(self, windows: Windows) -> Float[Tensor, "batch 1 embed_dim"]:
        """Return the embedding as the only token."""
        return self.encoded(windows).unsqueeze(1)

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding per window."""
        return self.encoded(windows)
