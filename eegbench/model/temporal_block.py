"""Two rounds of convolution over time and max-pooling, which Chambon's and Banville's sleep encoders share.

Both papers give sizes in samples at 100 Hz. Here they follow from seconds at the rate of the windows, for both rounds
alike, as braindecode has it; the second round counts pooled steps, so a higher rate needs longer windows (1.6 s at
100 Hz, 7.8 s at 500 Hz, with padding).
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
    """Mix channels into as many virtual ones, then filter and pool each of them over time, twice.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    n_filters
        Filters of either convolution over time.
    padding_s
        Zeros before and after each convolution, in seconds.
    batch_norm
        Whether each convolution over time is followed by batch normalisation.

    Attributes
    ----------
    n_tokens, dim
        Steps of time that are left, and numbers in each: ``n_filters`` × ``n_channels``, filter by filter.
    receptive_field, token_stride
        Samples that one step depends on, and from one step to the next where they are pooled.

    Raises
    ------
    ValueError
        Where a window is too short to leave one step, or there is no filter.
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
        if n_filters < 1:
            raise ValueError(f"model.n_filters={n_filters}: expected at least 1; set model.n_filters=16.")
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
        """Return the steps of time that are left."""
        filtered: Tensor = self.temporal(self._mix(x).unsqueeze(1))
        return filtered.flatten(1, 2).transpose(1, 2)

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the impulse responses of each filter of the first round through each virtual channel."""
        weight = self.temporal.get_parameter("0.convolution.weight")
        time = weight.flatten(1).flip(1)  # torch's kernels are turned round
        space = self.spatial.weight.flatten(1) if isinstance(self.spatial, nn.Conv2d) else weight.new_ones(1, 1)
        return torch.einsum("fk,vc->fvck", time, space).flatten(0, 1)

    def answer_at_every_shift(self) -> None:
        """Take a step a sample from now on, by dilation, with the same weights; padding is not thought of."""
        rounds = [each for each in self.temporal if isinstance(each, Round)]
        self.temporal = nn.Sequential(DenseRound(rounds[0], step=1), DenseRound(rounds[1], step=rounds[0].pool))

    def _mix(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_channels n_times"]:
        if not isinstance(self.spatial, nn.Conv2d):
            return x
        assert self.spatial.bias is not None
        weight = self.spatial.weight.flatten(1).expand(len(x), -1, -1)
        with torch.autocast(x.device.type, enabled=False):  # nothing to gain
            return torch.baddbmm(self.spatial.bias[:, None], weight, x.float())  # a convolution took ten times as long


class Round(nn.Module):
    """Filter each virtual channel over time, normalise by batch, pool over time, rectify.

    The papers rectify before they pool. The maximum of ReLUs is the ReLU of the maximum, and this order touches 13
    times fewer numbers.

    Parameters
    ----------
    n_in, n_out
        Filters before and after.
    kernel, padding, pool
        Samples in a filter, zeros before and after, samples in a pool.
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
        # a norm over several processes (trainer=ddp) wants to see what it normalises
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
    """A round that neither skips nor pads: the same layers, their samples ``step`` apart.

    Parameters
    ----------
    strided
        The round whose layers these are.
    step
        Samples that the rounds before skip.
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
        x = x.contiguous(memory_format=torch.channels_last)  # half of the time on a CPU
        normalised = self.norm(self.convolution(x))
        pooled = nn.functional.max_pool2d(normalised, (1, self.pool), stride=1, dilation=(1, self.step))
        return nn.functional.relu(pooled)


def _by_time(x: Float[Tensor, "batch n_in n_channels n_times"]) -> Float[Tensor, "n_signals n_times n_in"]:
    return x.permute(0, 2, 3, 1).flatten(0, 1)


class TokenProjection(nn.Module):
    """Flatten tokens, with time as the fastest axis, and map them to an embedding.

    Parameters
    ----------
    n_tokens, dim
        Number of tokens, and numbers in each.
    embed_dim
        Size of the embedding.
    dropout
        Share of the flattened numbers that are dropped in training, from 0 up to but not including 1.

    Raises
    ------
    ValueError
        Where the size or the share makes no sense.
    """

    def __init__(self, *, n_tokens: int, dim: int, embed_dim: int, dropout: float) -> None:
        super().__init__()
        if embed_dim < 1:
            raise ValueError(f"model.embed_dim={embed_dim}: expected at least 1; set model.embed_dim=100.")
        if not 0 <= dropout < 1:
            raise ValueError(f"model.dropout={dropout}: expected 0 ≤ dropout < 1; set model.dropout=0.5.")
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(n_tokens * dim, embed_dim)

    def forward(self, tokens: Float[Tensor, "batch n_tokens dim"]) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding a window."""
        return self._project(self.dropout(tokens.transpose(1, 2).flatten(1)))

    def mean(self, flat: Float[Tensor, "batch n_fields flat_dim"]) -> Float[Tensor, "batch embed_dim"]:
        """Return the mean embedding of several fields whose tokens are flattened; dropout acts on each."""
        return self._project(self.dropout(flat).mean(1))  # linear, so the mean may come first

    def _project(self, flat: Float[Tensor, "batch flat_dim"]) -> Float[Tensor, "batch embed_dim"]:
        with torch.autocast(flat.device.type, enabled=False):  # a small product, and in bf16 new for each size of batch
            embedded: Tensor = self.linear(flat.float())
        return embedded


def steps_left(n_times: int, kernel: int, padding: int, pool: int) -> int:
    """Count the steps of time after two rounds of convolution and pooling."""
    once = (n_times + 2 * padding - kernel + 1) // pool
    return (once + 2 * padding - kernel + 1) // pool


def fewest_samples(kernel: int, padding: int, pool: int) -> int:
    """Return the length of the shortest window that leaves one step of time."""
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
