"""A transformer with one token per channel and piece of time, as in eeg-transformer.

With ``upstream_compat`` it reproduces the published code: dropped tokens become zeros that attention still uses, the
feed-forward part of a layer adds no negative values, dropout is applied to sums, and the last offset of a crop is
never drawn.
"""

from collections.abc import Callable, Iterable
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from eegbench.config import Dropout, Positive, Size
from eegbench.model.base import Encoder
from eegbench.model.token_positions import ElectrodePositions, LearnedPositions
from eegbench.model.token_table import channel_major
from eegbench.model.transformer_layer import TransformerLayer
from eegbench.store.windows import Windows
from eegbench.types import Form

Shuffle = Literal["none", "channels", "temporal", "all"]


class EegTransformer(Encoder):
    """Encode a window as the class token of a transformer over tokens of single channels.

    Signals are standardised by one mean and standard deviation over all channels, fitted to the scored windows of
    train. With ``batch_norm=false`` windows may lack channels: attention ignores missing ones.

    Parameters
    ----------
    form
        Form of the windows, with one group; taken from the store.
    crop_s
        Length in seconds that is used of a window: a random part in training, the first in evaluation. None for all.
    n_chunks
        Number of equal pieces into which a channel is cut; remaining samples are cropped.
    dim
        Size of a token.
    n_layers, n_heads
        Number of layers, and of heads in each.
    hidden_dim
        Number of units of the layer after the class token, which is the embedding; None uses the class token itself.
    positions
        ``learned``: a vector for each channel and piece of time. ``electrodes``: a function of the electrode's
        position, and a vector for each piece of time.
    n_positions
        Number of learned vectors for tokens in their order; None for one per token. Published: 5000.
    batch_norm
        Whether each channel is also standardised by its mean and standard deviation over the batch.
    dropout
        Dropout probability, in training, of the values that each layer adds.
    token_dropout
        Fraction of the tokens of a window to drop in training.
    shuffle
        Axis to shuffle in training, before positions are added: the ``channels``, the pieces of time (``temporal``),
        ``all`` tokens, or ``none``.
    upstream_compat
        Whether to reproduce the published code.

    Raises
    ------
    ValueError
        If the window is shorter than the part to use, ``dim`` is not a multiple of ``n_heads``, an electrode has no
        position, or an option is out of range.
    """

    has_attention = True
    mean: Tensor
    std: Tensor

    def __init__(  # noqa: PLR0913  options of one network, flat for typing
        self,
        *,
        form: Form,
        crop_s: Positive | None,
        n_chunks: Size,
        dim: Size,
        n_layers: Size,
        n_heads: Size,
        hidden_dim: Size | None,
        positions: Literal["learned", "electrodes"],
        n_positions: Size | None,
        batch_norm: bool,
        dropout: Dropout,
        token_dropout: Dropout,
        shuffle: Shuffle,
        upstream_compat: bool,
    ) -> None:
        super().__init__()
        group = form.only
        if dim % n_heads:
            raise ValueError(f"model.dim={dim}: expected a multiple of model.n_heads={n_heads}.")
        used = group.n_times if crop_s is None else round(crop_s * group.sfreq)
        self.n_samples = used // n_chunks
        if not 0 < used <= group.n_times or not self.n_samples:
            raise ValueError(
                f"model.crop_s={crop_s}, model.n_chunks={n_chunks}: windows have {group.n_times} samples at "
                f"{group.sfreq:g} Hz, so use at most {group.window_s:g} s in pieces of one sample or more."
            )
        self.n_chunks, self.n_times = n_chunks, group.n_times
        self.token_dropout, self.shuffle, self.upstream_compat = token_dropout, shuffle, upstream_compat
        self.takes_missing_channels = not batch_norm
        self.token_table = channel_major(group.channels, n_chunks, self.n_samples / group.sfreq)
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("std", torch.ones(()))
        self.batch_norm = nn.BatchNorm1d(group.n_channels) if batch_norm else None
        self.projection = nn.Linear(self.n_samples, dim)
        self.class_token = nn.Parameter(torch.randn(1, 1, dim))
        if positions == "learned":
            self.positions: nn.Module = LearnedPositions(group.n_channels * n_chunks, n_positions, dim)
        else:
            self.positions = ElectrodePositions(group, n_chunks, dim)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            TransformerLayer(dim, n_heads, dropout=dropout, upstream_compat=upstream_compat) for _ in range(n_layers)
        )
        self.norm = nn.LayerNorm(dim)
        self.hidden = None if hidden_dim is None else nn.Linear(dim, hidden_dim)
        self.embed_dim = dim if hidden_dim is None else hidden_dim

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Fit the mean and standard deviation of all samples of present channels, pooled in float64."""
        n, total, squares = 0, 0.0, 0.0
        for batch in windows():
            x, there = self._signals(batch)
            samples = (x if there is None else x[there]).double()
            n += samples.numel()
            total, squares = total + float(samples.sum()), squares + float(samples.square().sum())
        mean = total / n
        self.mean.fill_(mean)
        self.std.fill_(max(squares / n - mean**2, 0.0) ** 0.5 or 1.0)

    def tokens(self, windows: Windows) -> Float[Tensor, "batch n_tokens dim"]:
        """Return the tokens after the last layer, class token first; `token_table` has their channels and times."""
        x, there = self._before_layers(windows)
        for layer in self.layers:
            x = layer(x, there)
        return x

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return the class token after the last layer, mapped by the hidden layer if there is one."""
        x, there = self._before_layers(windows)
        for layer in self.layers:
            x = layer(x, there, first_only=layer is self.layers[-1])
        z = self.norm(x[:, 0])
        return z if self.hidden is None else self.hidden(self.dropout(z)).relu()

    def _before_layers(
        self, windows: Windows
    ) -> tuple[Float[Tensor, "batch n_tokens dim"], Bool[Tensor, "batch n_tokens"] | None]:
        """Return the tokens, class token first, and which of them are there."""
        x, present = self._signals(windows)
        x = (x - self.mean) / self.std
        x = x if self.batch_norm is None else self.batch_norm(x)
        x = self._cropped(x).unflatten(2, (self.n_chunks, -1))  # batch, channel, chunk, sample
        x = self._shuffled(x) if self.training and self.shuffle != "none" else x.flatten(1, 2)
        there = None if present is None else present.repeat_interleave(self.n_chunks, dim=1)
        if self.training and self.token_dropout and self.upstream_compat:
            kept = torch.rand(x.shape[:2], device=x.device) >= self.token_dropout
            x = x * kept.unsqueeze(2) / (1 - self.token_dropout)
        x = self.dropout(self.positions(self.projection(x)))
        if self.training and self.token_dropout and not self.upstream_compat:
            x, there = self._some(x, there)
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1)
        there = None if there is None else nn.functional.pad(there, (1, 0), value=True)
        return x, there

    def _signals(
        self, windows: Windows
    ) -> tuple[Float[Tensor, "batch n_channels n_times"], Bool[Tensor, "batch n_channels"] | None]:
        if windows.present is None:
            return windows.only, None
        if not self.takes_missing_channels:
            raise ValueError(
                "EegTransformer with model.batch_norm=true needs every channel in every recording, but some recordings "
                "lack some; set model.batch_norm=false."
            )
        (present,) = windows.present.values()
        return windows.only, present

    def _cropped(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_channels n_used"]:
        """Return the samples to use: in training from a random offset, drawn for each window."""
        n_used = self.n_chunks * self.n_samples
        n_offsets = self.n_times - n_used + (0 if self.upstream_compat else 1)
        if not self.training or n_offsets <= 1:
            return x[:, :, :n_used]
        start = torch.randint(n_offsets, (len(x), 1, 1), device=x.device)
        at = start + torch.arange(n_used, device=x.device)
        return x.gather(2, at.expand(-1, x.shape[1], -1))

    def _shuffled(
        self, x: Float[Tensor, "batch n_channels n_chunks n_samples"]
    ) -> Float[Tensor, "batch n_signal_tokens n_samples"]:
        """Return the tokens of each window in a random order."""
        if self.shuffle == "channels":
            return _permuted(x, 1).flatten(1, 2)
        if self.shuffle == "temporal":
            return _permuted(x, 2).flatten(1, 2)
        return _permuted(x.flatten(1, 2), 1)

    def _some(self, x: Tensor, there: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Return a random subset of the tokens of each window, of the same size; dropped tokens cost no time."""
        n_kept = max(1, round(x.shape[1] * (1 - self.token_dropout)))
        order = torch.rand(x.shape[:2], device=x.device).argsort(1)[:, :n_kept]
        kept = x.gather(1, order.unsqueeze(2).expand(-1, -1, x.shape[2]))
        return kept, None if there is None else there.gather(1, order)


def _permuted(x: Tensor, dim: int) -> Tensor:
    """Shuffle slices along a dimension, separately for each window."""
    order = torch.rand(len(x), x.shape[dim], device=x.device).argsort(1)
    shape = [len(x), *(x.shape[dim] if i == dim else 1 for i in range(1, x.ndim))]
    return x.gather(dim, order.view(shape).expand_as(x))
