"""Encoders put together of parts: normalisers, an epoch encoder, a reducer. The networks of the Dreem Open Datasets.

Guillot et al. 2020, Dreem Open Datasets, doi:10.1109/TNSRE.2020.3011181. Their sequence encoders and classifiers are
those of ``task=supervised_sequence``.
"""

from collections.abc import Callable, Iterable, Mapping

from jaxtyping import Float
from torch import Tensor

from eegbench.config import Spec
from eegbench.model.base import SignalEncoder
from eegbench.model.epoch_encoder import EpochEncoder
from eegbench.model.normaliser import Chain, Normaliser
from eegbench.model.reducer import Reducer
from eegbench.store.windows import Windows


class ModuloNet(SignalEncoder):
    """Normalises one group of signals, encodes the window into steps, and makes one vector of them.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of the windows; come from the store.
    normalisers
        Follow each other, in this order; what they learn comes from the scored windows of train.
    epoch_encoder
        Makes steps of features.
    reducer
        Makes one vector of the steps.
    """

    def __init__(
        self,
        *,
        n_channels: int,
        n_times: int,
        sfreq: float,
        normalisers: Mapping[str, Spec[Normaliser]],
        epoch_encoder: Spec[EpochEncoder],
        reducer: Spec[Reducer],
    ) -> None:
        super().__init__()
        self.normalisers = Chain(normalisers, shape=(n_channels, n_times), sfreq=sfreq)
        self.epoch_encoder = epoch_encoder.build(shape=self.normalisers.out_shape, sfreq=sfreq)
        self.reducer = reducer.build(dim=self.epoch_encoder.dim, n_steps=self.epoch_encoder.n_steps)
        self.embed_dim = self.reducer.out_dim

    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return the steps of the epoch encoder."""
        return self.epoch_encoder(self.normalisers(x)).transpose(1, 2)

    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return the vector that the reducer makes of the steps."""
        return self.reducer(self.features(x).transpose(1, 2))

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Let the normalisers that learn see the windows of train."""
        self.normalisers.fit(lambda: (self._signals(one) for one in windows()))
