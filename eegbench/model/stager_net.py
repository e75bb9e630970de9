"""Banville's sleep stager: Chambon's layers without padding, always with batch normalisation."""

from jaxtyping import Float
from torch import Tensor

from eegbench.config import Dropout, Positive, Size
from eegbench.model.base import SignalEncoder
from eegbench.model.receptive_field import sliding
from eegbench.model.temporal_block import TemporalConvolutions, TokenProjection


class StagerNet(SignalEncoder):
    """Spatial filters, two unpadded convolutions of 0.5 s over time, each pooled over 0.125 s, and a linear layer.

    The network follows the paper's description: kernel 50, pool 13, 16 filters, batch normalisation, no padding. At
    100 Hz, 3000 samples become 2951, 227, 178 and 13, so the linear layer has 13 × 16 × 2 inputs, and there are
    55,402 parameters with 2 channels and 100 outputs. The 62,307 parameters in the paper require 15 steps before
    that layer and include a head from 100 to 5 classes; here a head belongs to the task or probe.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    n_filters
        Number of filters of each convolution over time.
    embed_dim
        Size of an embedding.
    dropout
        Dropout probability before the linear layer, from 0 up to but not including 1.
    field_s
        Length in seconds that the linear layer sees; None for all of the window. A shorter field needs ``dense``.
    dense
        Whether a field begins at every sample, using dilation; an embedding is then the mean over the fields in a
        window, and a token is the linear layer's input for one field.

    Raises
    ------
    ValueError
        If a window or field is too short for one time step (8.55 s at 100 Hz).

    References
    ----------
    Banville et al. 2021, Uncovering the structure of clinical EEG signals with self-supervised learning,
    J. Neural Eng. 18 046020, doi:10.1088/1741-2552/abca18.
    """

    bf16_on_cpu = True
    receptive_field: int
    token_stride: int

    def __init__(
        self,
        *,
        n_channels: int,
        n_times: int,
        sfreq: float,
        n_filters: Size,
        embed_dim: Size,
        dropout: Dropout,
        field_s: Positive | None,
        dense: bool,
    ) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.bf16_on_cpu = not dense  # not tested
        self.convolutions = TemporalConvolutions(
            n_channels=n_channels,
            n_times=_field(n_times, sfreq, field_s, dense=dense),
            sfreq=sfreq,
            n_filters=n_filters,
            padding_s=0.0,
            batch_norm=True,
        )
        self.projection = TokenProjection(
            n_tokens=self.convolutions.n_tokens,
            dim=self.convolutions.dim,
            embed_dim=embed_dim,
            dropout=dropout,
        )
        self.receptive_field, self.token_stride = self.convolutions.receptive_field, self.convolutions.token_stride
        self._skipped = 0
        if dense:
            self._become_dense()

    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return one token for each time step after pooling (13 for 3000 samples at 100 Hz).

        With ``dense``, a token has the steps of one field, flattened as for the linear layer.
        """
        tokens: Tensor = self.convolutions(x)
        if not self._skipped:
            return tokens
        return sliding(tokens.transpose(1, 2), self.convolutions.n_tokens, self._skipped)

    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding per window; with ``dense`` the mean over its fields."""
        tokens = self.features(x)
        embedded: Tensor = self.projection.mean(tokens) if self._skipped else self.projection(tokens)
        return embedded

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the impulse responses of each filter over time combined with each virtual channel."""
        return self.convolutions.first_filters()

    def _become_dense(self) -> None:
        self._skipped = self.token_stride
        self.receptive_field += (self.convolutions.n_tokens - 1) * self._skipped
        self.token_stride = 1
        self.convolutions.answer_at_every_shift()


def _field(n_times: int, sfreq: float, field_s: float | None, *, dense: bool) -> int:
    n_field = n_times if field_s is None else round(field_s * sfreq)
    if n_field > n_times or (n_field < n_times and not dense):
        raise ValueError(
            f"model.field_s={field_s}: windows have {n_times / sfreq:g} s; a field must have the same length, or a "
            f"shorter one with model.dense=true; set model.field_s=null."
        )
    return n_field
