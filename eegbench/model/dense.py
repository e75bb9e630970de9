"""Dense evaluation of a strided network at every sample: each stride becomes dilation of the later layers.

One forward pass over a long crop then gives the strided network's outputs for every window in the crop, without
computing shared parts twice. At each layer, the running stride s is the product of the earlier strides; the kernel is
dilated by s, and the layer's own stride becomes 1 (Schirrmeister et al. 2017, doi:10.1002/hbm.23730, call it cropped
training).
"""

import copy
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.model.receptive_field import along_time, layers_over_time


def dense(layers: nn.Module) -> nn.Module:
    """Return a copy of layers over time with an output at every shift and the same weights.

    Output k equals that of ``layers`` for the window that begins at sample k (with dropout and batch normalisation in
    evaluation mode), and every ``total_stride``-th output equals that of ``layers``.

    Parameters
    ----------
    layers
        Container of convolutions, maximum and average pools over the last axis, in the order of execution.

    Raises
    ------
    ValueError
        If a layer pads: its output then depends on the end of the window.
    """
    changed, step = copy.deepcopy(layers), 1
    for name, layer in list(layers_over_time(changed)):
        _refuse_padding(name, layer)
        stride = along_time(layer, "stride")
        if isinstance(layer, nn.AvgPool1d | nn.AvgPool2d) and step > 1:
            changed.set_submodule(name, DilatedMean(along_time(layer, "kernel_size"), step))
        else:
            _set_along_time(layer, "stride", 1)
            _set_along_time(layer, "dilation", along_time(layer, "dilation") * step)
        step *= stride
    return changed


class DilatedMean(nn.Module):
    """Average values that are ``dilation`` steps apart, at every shift; torch's average pools have no dilation.

    Parameters
    ----------
    kernel
        Number of values in a mean.
    dilation
        Distance between them in steps.
    """

    def __init__(self, kernel: int, dilation: int) -> None:
        super().__init__()
        self.kernel_size, self.dilation, self.stride, self.padding = kernel, dilation, 1, 0

    def forward(self, x: Float[Tensor, "*more n_steps"]) -> Float[Tensor, "*more n_left"]:
        """Return the means over the last axis."""
        n_left = x.shape[-1] - (self.kernel_size - 1) * self.dilation
        parts = [x.narrow(-1, at * self.dilation, n_left) for at in range(self.kernel_size)]
        total: Tensor = sum(parts[1:], parts[0])
        return total / self.kernel_size


def _refuse_padding(name: str, layer: nn.Module) -> None:
    if along_time(layer, "padding", 0) != 0:
        raise ValueError(
            f"model.dense=true: layer {name} ({type(layer).__name__}) of this model pads windows with zeros, so its "
            f"output depends on the end of the window; set model.dense=false, or model=deep4, shallow_fbcsp or "
            f"stager_net, which do not pad."
        )


def _set_along_time(layer: nn.Module, size: str, value: int) -> None:
    if value == along_time(layer, size):
        return
    old: Any = getattr(layer, size)
    setattr(layer, size, (*old[:-1], value) if isinstance(old, tuple) else value)
