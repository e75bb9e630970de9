"""Encoders built from normalisers, an epoch encoder and a reducer, such as the networks of the Dreem Open Datasets.

Guillot et al. 2020, Dreem Open Datasets, doi:10.1109/TNSRE.2020.3011181. Their sequence encoders and classifiers are
available with ``task=supervised_sequence``.
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
    """Normalise one group of signals, encode the window into steps, and reduce the steps to one vector.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of the windows, taken from the store.
    normalisers
        Normalisers, applied in order and fitted to the scored windows of train.
    epoch_encoder
        Encoder of the window into steps of features.
    reducer
        Reduction of the steps to one vector.
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
        """Return the reduced steps."""
        return self.reducer(self.features(x).transpose(1, 2))

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Fit the normalisers to the windows of train."""
        self.normalisers.fit(lambda: (self._signals(one) for one in windows()))
