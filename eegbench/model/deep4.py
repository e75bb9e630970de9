"""Schirrmeister's deep ConvNet: four rounds of convolution and pooling, the first over time and then over channels."""

from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.conv_net import ConvNet, over_time
from eegbench.model.time_and_space import TimeAndSpace, filters_of

POOLS = {"max": nn.MaxPool2d, "mean": nn.AvgPool2d}

Four = tuple[Size, Size, Size, Size]


class Deep4(ConvNet):
    """Four rounds of convolution over time, batch normalisation, ELU, and pooling.

    Sizes are in samples, as published. With 22 channels, 1000 samples and the published sizes, lengths are 991, 330,
    321, 107, 98, 32, 23 and 7; with a head of 4 classes there are 282,879 parameters.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    n_filters
        Number of filters of each round; the first has as many over time as over channels.
    kernels
        Length of each round's filters, in samples for the first round and in pooled steps for the others.
    pool
        ``max`` or ``mean``.
    pool_length, pool_stride
        Length of a pool, and distance between pools, in steps.
    stride_before_pool
        Whether the stride belongs to each round's convolution, including the first, rather than to its pool.
    dropout
        Dropout probability before each round except the first, from 0 up to but not including 1.
    final_length
        Number of time steps in a token, the input of a classifier; None for all, which gives one token.
    dense
        Whether there is a token at every shift, using dilation (`eegbench.model.dense`).

    Raises
    ------
    ValueError
        If a window is too short, with the length needed.

    References
    ----------
    Schirrmeister et al. 2017, Deep learning with convolutional neural networks for EEG decoding and visualization,
    Hum. Brain Mapp. 38(11), doi:10.1002/hbm.23730.
    """

    def __init__(  # noqa: PLR0913  options of one network, flat for typing
        self,
        *,
        n_channels: int,
        n_times: int,
        sfreq: float,
        n_filters: Four,
        kernels: Four,
        pool: Literal["max", "mean"],
        pool_length: Size,
        pool_stride: Size,
        stride_before_pool: bool,
        dropout: Dropout,
        final_length: Size | None,
        dense: bool,
    ) -> None:
        in_convolution, in_pool = (pool_stride, 1) if stride_before_pool else (1, pool_stride)

        def ends(n_out: int) -> tuple[nn.Module, ...]:
            pooling = POOLS[pool]((1, pool_length), stride=(1, in_pool))
            return nn.BatchNorm2d(n_out), nn.ELU(), pooling

        first = TimeAndSpace(n_channels, n_filters[0], kernel=kernels[0], stride=in_convolution)
        rounds = [nn.Sequential(first, *ends(n_filters[0]))]
        for n_in, n_out, kernel in zip(n_filters, n_filters[1:], kernels[1:], strict=False):
            convolution = over_time(n_in, n_out, kernel, stride=in_convolution)
            rounds.append(nn.Sequential(nn.Dropout(dropout), convolution, *ends(n_out)))
        super().__init__(
            nn.Sequential(*rounds),
            n_filters=n_filters[-1],
            n_times=n_times,
            sfreq=sfreq,
            final_length=final_length,
            dense=dense,
        )

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the impulse responses of the first round's filters."""
        return filters_of(self.layers)
