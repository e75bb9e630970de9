"""Lawhern's compact ConvNet: filters over time, spatial filters for each of them, a separable convolution."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Dropout, Size
from eegbench.model.conv_net import ConvNet, over_time

MAX_NORM = 1.0
"""Maximum norm of a spatial filter (Lawhern et al.)."""


class Eegnet(ConvNet):
    """Padded filters over time, spatial filters for each, pooling, a padded separable convolution, pooling.

    Sizes are in samples, as in the paper's fourth version, at 128 Hz. With the published sizes, 1000 samples become
    1001, 250, 251 and 31; with 22 channels and a head of 4 classes there are 3,444 parameters. The norm of spatial
    filters is limited to 1 after every training step.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    n_filters
        Number of filters over time (F1).
    n_spatial
        Number of spatial filters per filter over time (D); the separable convolution has F1 × D filters.
    kernels
        Length of a filter over time in samples, and of a filter of the separable convolution in pooled steps.
    pools
        Number of steps in a mean of the first and of the second pooling.
    dropout
        Dropout probability after each mean, from 0 up to but not including 1.
    final_length
        Number of time steps in a token, the input of a classifier; None for all, which gives one token.
    dense
        Only false: because the network pads, a token at every shift would differ from that of a window.

    Raises
    ------
    ValueError
        If a window is too short, with the length needed.

    References
    ----------
    Lawhern et al. 2018, EEGNet: a compact convolutional neural network for EEG-based brain-computer interfaces,
    J. Neural Eng. 15 056013, doi:10.1088/1741-2552/aace8c.
    """

    def __init__(  # noqa: PLR0913  options of one network, flat for typing
        self,
        *,
        n_channels: int,
        n_times: int,
        sfreq: float,
        n_filters: Size,
        n_spatial: Size,
        kernels: tuple[Size, Size],
        pools: tuple[Size, Size],
        dropout: Dropout,
        final_length: Size | None,
        dense: bool,
    ) -> None:
        n = n_filters * n_spatial
        first = _TimeThenSpace(n_channels, n_filters, n_spatial, kernels[0])
        separable = (over_time(n, n, kernels[1], padding=kernels[1] // 2, groups=n), over_time(n, n, 1))
        layers = nn.Sequential(first, *_pooled(n, pools[0], dropout), *separable, *_pooled(n, pools[1], dropout))
        super().__init__(layers, n_filters=n, n_times=n_times, sfreq=sfreq, final_length=final_length, dense=dense)
        self.after_step()

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the impulse responses of each filter over time combined with each of its spatial filters."""
        return self._first().kernels().flip(2)

    def after_step(self) -> None:
        """Rescale spatial filters with a norm above 1."""
        weight = self._first().space.weight
        with torch.no_grad():
            weight.copy_(weight.renorm(2, 0, MAX_NORM))

    def _first(self) -> "_TimeThenSpace":
        return next(layer for layer in self.layers.modules() if isinstance(layer, _TimeThenSpace))


class _TimeThenSpace(nn.Module):
    """Filters over time and over channels; the batch normalisation between them prevents merging them in training."""

    def __init__(self, n_channels: int, n_filters: int, n_spatial: int, kernel: int) -> None:
        super().__init__()
        self.time = over_time(1, n_filters, kernel, padding=kernel // 2)
        self.norm = _norm(n_filters)
        self.space = nn.Conv2d(n_filters, n_filters * n_spatial, (n_channels, 1), groups=n_filters, bias=False)
        nn.init.xavier_uniform_(self.space.weight)

    def forward(self, x: Float[Tensor, "batch n_channels 1 n_times"]) -> Float[Tensor, "batch n_filters 1 n_steps"]:
        filtered: Tensor = self.space(self.norm(self.time(x.transpose(1, 2))))
        return filtered

    def kernels(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        time = self.time.weight.flatten(1).repeat_interleave(self.space.out_channels // self.time.out_channels, 0)
        return self.space.weight.flatten(1).unsqueeze(2) * time.unsqueeze(1)


def _pooled(n_filters: int, pool: int, dropout: float) -> tuple[nn.Module, ...]:
    return _norm(n_filters), nn.ELU(), nn.AvgPool2d((1, pool)), nn.Dropout(dropout)


def _norm(n_filters: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(n_filters, momentum=0.01, eps=1e-3)  # as published
