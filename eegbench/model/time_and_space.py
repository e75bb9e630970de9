"""Filters over time, then over channels, with nothing between them: run as one convolution.

Both are linear, so their sum over the filters between them is a kernel of its own, made anew from its two factors at
every call: (n_filters, n_channels, kernel) numbers, of which only the factors are learnt.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class TimeAndSpace(nn.Module):
    """Filter each channel over time with a bias, then mix channels and filters without one.

    Parameters
    ----------
    n_channels, n_filters
        Channels of a window; filters over time, and as many over channels.
    kernel, stride
        Samples in a filter over time, and between outputs.

    Attributes
    ----------
    time, time_bias
        Filters over time (n_filters, 1, kernel) and their biases (n_filters,).
    space
        Filters over channels (n_filters, n_filters, n_channels), from the second axis to the first.
    """

    def __init__(self, n_channels: int, n_filters: int, *, kernel: int, stride: int) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.dilation = (1, kernel), (1, stride), (1, 1)
        self.time = nn.Parameter(torch.empty(n_filters, 1, kernel))
        self.time_bias = nn.Parameter(torch.zeros(n_filters))
        self.space = nn.Parameter(torch.empty(n_filters, n_filters, n_channels))
        nn.init.xavier_uniform_(self.time)
        nn.init.xavier_uniform_(self.space)

    def forward(self, x: Float[Tensor, "batch n_channels 1 n_times"]) -> Float[Tensor, "batch n_filters 1 n_steps"]:
        """Return filtered windows."""
        bias = self.space.sum(2) @ self.time_bias
        # with channels side by side in memory, here and in all layers behind, a CPU needs about half of the time
        x = x.contiguous(memory_format=torch.channels_last)
        return nn.functional.conv2d(x, self.kernels().unsqueeze(2), bias, self.stride, dilation=self.dilation)

    def kernels(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the two factors as one kernel."""
        return torch.einsum("ofc,fk->ock", self.space, self.time.squeeze(1))


def filters_of(layers: nn.Module) -> Float[Tensor, "n_filters n_channels kernel"]:
    """Return the impulse responses of the filters that layers begin with; torch's kernels are turned round."""
    first = next(layer for layer in layers.modules() if isinstance(layer, TimeAndSpace))
    return first.kernels().flip(2)
