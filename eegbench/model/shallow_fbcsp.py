"""Schirrmeister's shallow ConvNet: log band power of learned filters over time and channels."""

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.conv_net import ConvNet
from eegbench.model.time_and_space import TimeAndSpace, filters_of

LEAST_POWER = 1e-6
"""Floor of powers before the logarithm (published)."""


class ShallowFbcsp(ConvNet):
    """Filters over time and channels, batch normalisation, square, mean over time, logarithm.

    Sizes are in samples, as published. With 22 channels, 1000 samples, the published sizes and a head of 4 classes
    there are 46,084 parameters, or 41,124 if the head sees 30 steps rather than all 61.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    n_filters
        Number of filters over time, and of filters over channels.
    kernel
        Length of a filter in samples.
    pool_length, pool_stride
        Length of a mean, and distance between means, in samples.
    dropout
        Probability of dropping a log power, from 0 up to but not including 1.
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
        n_filters: Size,
        kernel: Size,
        pool_length: Size,
        pool_stride: Size,
        dropout: Dropout,
        final_length: Size | None,
        dense: bool,
    ) -> None:
        layers = nn.Sequential(
            TimeAndSpace(n_channels, n_filters, kernel=kernel, stride=1),
            nn.BatchNorm2d(n_filters),
            _Square(),
            nn.AvgPool2d((1, pool_length), stride=(1, pool_stride)),
            _Log(),
            nn.Dropout(dropout),
        )
        super().__init__(
            layers, n_filters=n_filters, n_times=n_times, sfreq=sfreq, final_length=final_length, dense=dense
        )

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the impulse responses of the filters."""
        return filters_of(self.layers)


class _Square(nn.Module):
    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return x.square()


class _Log(nn.Module):
    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return x.clamp_min(LEAST_POWER).log()
