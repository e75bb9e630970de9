"""Two rounds of convolution over time and max-pooling, used by Chambon's and Banville's sleep encoders.

Both papers give sizes in samples at 100 Hz. Here they are computed from seconds and the sampling rate, equally for both
rounds, as in braindecode. As the second round counts pooled steps, a higher rate needs longer windows (1.6 s at 100
Hz, 7.8 s at 500 Hz, with padding).
"""

from math import ceil

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.model.kernel.filtered import filtered
from eegbench.model.kernel.pooled_filter import pooled_filter

KERNEL_S = 0.5
POOL_S = 0.125


class TemporalConvolutions(nn.Module):
    """Mix channels into the same number of virtual channels, then filter and pool each of them over time, twice.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    n_filters
        Number of filters of each convolution over time.
    padding_s
        Zero padding before and after each convolution, in seconds.
    batch_norm
        Whether each convolution over time is followed by batch normalisation.

    Attributes
    ----------
    n_tokens, dim
        Number of time steps, and of values in each: ``n_filters`` × ``n_channels``, filter by filter.
    receptive_field, token_stride
        Number of samples that one step depends on, and from one pooled step to the next.

    Raises
    ------
    ValueError
        If a window is too short for one step.
    """

    def __init__(
        self,
        *,
        n_channels: int,
        n_times: int,
        sfreq: float,
        n_filters: int,
        padding_s: float,
        batch_norm: bool,
    ) -> None:
        super().__init__()
        kernel, padding, pool = (ceil(length_s * sfreq) for length_s in (KERNEL_S, padding_s, POOL_S))
        _check_length(n_times, sfreq, fewest_samples(kernel, padding, pool))
        self.n_tokens = steps_left(n_times, kernel, padding, pool)
        self.dim = n_filters * n_channels
        self.receptive_field, self.token_stride = fewest_samples(kernel, 0, pool), pool**2
        # a single channel has nothing to mix
        self.spatial = nn.Conv2d(1, n_channels, (n_channels, 1)) if n_channels > 1 else nn.Identity()
        self.temporal = nn.Sequential(
            Round(1, n_filters, kernel=kernel, padding=padding, pool=pool, batch_norm=batch_norm),
            Round(n_filters, n_filters, kernel=kernel, padding=padding, pool=pool, batch_norm=batch_norm),
        )

    def forward(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return the pooled time steps."""
        filtered: Tensor = self.temporal(self._mix(x).unsqueeze(1))
        return filtered.flatten(1, 2).transpose(1, 2)

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the impulse responses of each filter of the first round combined with each virtual channel."""
        weight = self.temporal.get_parameter("0.convolution.weight")
        time = weight.flatten(1).flip(1)  # torch's convolutions are cross-correlations
        space = self.spatial.weight.flatten(1) if isinstance(self.spatial, nn.Conv2d) else weight.new_ones(1, 1)
        return torch.einsum("fk,vc->fvck", time, space).flatten(0, 1)

    def answer_at_every_shift(self) -> None:
        """Output a step at every sample from now on, using dilation with the same weights; padding is not supported."""
        rounds = [each for each in self.temporal if isinstance(each, Round)]
        self.temporal = nn.Sequential(DenseRound(rounds[0], step=1), DenseRound(rounds[1], step=rounds[0].pool))

    def _mix(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_channels n_times"]:
        if not isinstance(self.spatial, nn.Conv2d):
            return x
        assert self.spatial.bias is not None
        weight = self.spatial.weight.flatten(1).expand(len(x), -1, -1)
        with torch.autocast(x.device.type, enabled=False):  # bf16 would not be faster
            return torch.baddbmm(self.spatial.bias[:, None], weight, x.float())  # a convolution took ten times as long


class Round(nn.Module):
    """Filter each virtual channel over time, normalise by batch, pool over time, and apply ReLU.

    The papers apply ReLU before pooling. The maximum of ReLUs is the ReLU of the maximum, and this order applies it
    to 13 times fewer values.

    Parameters
    ----------
    n_in, n_out
        Number of filters before and after.
    kernel, padding, pool
        Length of a filter, zeros before and after, and length of a pool, in samples.
    batch_norm
        Whether outputs are normalised.
    """

    def __init__(self, n_in: int, n_out: int, *, kernel: int, padding: int, pool: int, batch_norm: bool) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(n_in, n_out, (1, kernel), padding=(0, padding))
        self.norm = nn.BatchNorm2d(n_out) if batch_norm else nn.Identity()
        self.padding, self.pool = padding, pool

    def forward(
        self, x: Float[Tensor, "batch n_in n_channels n_times"]
    ) -> Float[Tensor, "batch n_out n_channels n_steps"]:
        """Return filtered and pooled channels."""
        # synchronised normalisation (trainer=ddp) needs the outputs of the convolution
        alone = isinstance(self.norm, nn.BatchNorm2d | nn.Identity)
        if x.shape[1] == 1 and alone:
            signals = nn.functional.pad(_by_time(x).flatten(1), (self.padding, self.padding))
            pooled = pooled_filter(signals, self.convolution, self.norm, self.pool)
            return nn.functional.relu(pooled).unflatten(0, (len(x), -1)).permute(0, 3, 1, 2)
        return nn.functional.relu(nn.functional.max_pool2d(self.norm(self._filter(x)), (1, self.pool)))

    def _filter(self, x: Tensor) -> Tensor:
        if x.is_cuda or not torch.is_autocast_enabled(x.device.type):
            outputs: Tensor = self.convolution(x)
            return outputs
        return filtered(x, self.convolution)


class DenseRound(nn.Module):
    """A round without stride and padding: the same layers with dilation ``step``.

    Parameters
    ----------
    strided
        Round whose layers are used.
    step
        Total stride of the earlier rounds.
    """

    def __init__(self, strided: Round, *, step: int) -> None:
        super().__init__()
        self.convolution, self.norm = strided.convolution, strided.norm
        self.convolution.dilation = (1, step)
        self.pool, self.step = strided.pool, step

    def forward(
        self, x: Float[Tensor, "batch n_in n_channels n_times"]
    ) -> Float[Tensor, "batch n_out n_channels n_steps"]:
        """Return filtered and pooled channels."""
        x = x.contiguous(memory_format=torch.channels_last)  # twice as fast on a CPU
        normalised = self.norm(self.convolution(x))
        pooled = nn.functional.max_pool2d(normalised, (1, self.pool), stride=1, dilation=(1, self.step))
        return nn.functional.relu(pooled)


def _by_time(x: Float[Tensor, "batch n_in n_channels n_times"]) -> Float[Tensor, "n_signals n_times n_in"]:
    return x.permute(0, 2, 3, 1).flatten(0, 1)


class TokenProjection(nn.Module):
    """Flatten tokens, with time varying fastest, and map them to an embedding.

    Parameters
    ----------
    n_tokens, dim
        Number of tokens, and size of each.
    embed_dim
        Size of the embedding.
    dropout
        Dropout probability of the flattened values in training, from 0 up to but not including 1.
    """

    def __init__(self, *, n_tokens: int, dim: int, embed_dim: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(n_tokens * dim, embed_dim)

    def forward(self, tokens: Float[Tensor, "batch n_tokens dim"]) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding per window."""
        return self._project(self.dropout(tokens.transpose(1, 2).flatten(1)))

    def mean(self, flat: Float[Tensor, "batch n_fields flat_dim"]) -> Float[Tensor, "batch embed_dim"]:
        """Return the mean embedding of several fields with flattened tokens; dropout is applied to each field."""
        return self._project(self.dropout(flat).mean(1))  # the layer is linear, so the mean can be taken first

    def _project(self, flat: Float[Tensor, "batch flat_dim"]) -> Float[Tensor, "batch embed_dim"]:
        with torch.autocast(flat.device.type, enabled=False):  # a small product, compiled in bf16 for each batch size
            embedded: Tensor = self.linear(flat.float())
        return embedded


def steps_left(n_times: int, kernel: int, padding: int, pool: int) -> int:
    """Return the number of time steps after two rounds of convolution and pooling."""
    once = (n_times + 2 * padding - kernel + 1) // pool
    return (once + 2 * padding - kernel + 1) // pool


def fewest_samples(kernel: int, padding: int, pool: int) -> int:
    """Return the length of the shortest window that gives one time step."""
    lost = kernel - 1 - 2 * padding
    once = max(1, pool + lost)
    return once * pool + lost


def _check_length(n_times: int, sfreq: float, fewest: int) -> None:
    if n_times < fewest:
        raise ValueError(
            f"Windows of {n_times} samples ({n_times / sfreq:.2f} s at {sfreq:g} Hz) are too short for two rounds "
            f"of convolution and pooling, which need {fewest} ({fewest / sfreq:.2f} s): "
            f"set a longer preprocessing.window_s or a lower preprocessing.signal.sfreq, or choose another model."
        )
