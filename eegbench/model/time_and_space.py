"""Linear filters over time, then over channels, computed as one convolution.

Both are linear, so their composition is a single kernel (n_filters, n_channels, kernel), computed from its two factors
at every call. Only the factors are learned.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class TimeAndSpace(nn.Module):
    """Filter each channel over time with a bias, then mix channels and filters without one.

    Parameters
    ----------
    n_channels, n_filters
        Number of channels of a window; number of filters over time, and of filters over channels.
    kernel, stride
        Length of a filter over time, and distance between outputs, in samples.

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
        # channels last in memory, here and in all later layers, takes about half of the time on a CPU
        x = x.contiguous(memory_format=torch.channels_last)
        return nn.functional.conv2d(x, self.kernels().unsqueeze(2), bias, self.stride, dilation=self.dilation)

    def kernels(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the two factors as one kernel."""
        return torch.einsum("ofc,fk->ock", self.space, self.time.squeeze(1))


def filters_of(layers: nn.Module) -> Float[Tensor, "n_filters n_channels kernel"]:
    """Return the impulse responses of the first filters of layers: torch's kernels in reverse."""
    first = next(layer for layer in layers.modules() if isinstance(layer, TimeAndSpace))
    return first.kernels().flip(2)
