"""A network that skips samples, made to answer at each of them: what was a stride becomes dilation behind it.

So one pass over a long crop gives what the strided network gives for every window in the crop, without computing
shared parts twice. Before a layer the running stride s is the product of the strides so far; the layer's kernel is
spread by s, and its own stride becomes 1 (Schirrmeister et al. 2017, doi:10.1002/hbm.23730, call it cropped training).
"""

import copy
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.model.receptive_field import along_time, layers_over_time


def dense(layers: nn.Module) -> nn.Module:
    """Return a copy of layers over time that answers at every shift, with the same weights.

    Answer k equals that of ``layers`` to the window which begins at sample k (while dropout and batch normalisation
    do not train), and every ``total_stride``-th answer equals that of ``layers``.

    Parameters
    ----------
    layers
        A container of convolutions, maximum and average pools over the last axis, in the order in which they act.

    Raises
    ------
    ValueError
        Where a layer pads: what it answers then depends on where a window ends.
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
    """Average numbers that are ``dilation`` steps apart, at every shift; torch's average pools have no dilation.

    Parameters
    ----------
    kernel
        Numbers in a mean.
    dilation
        Steps between them.
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
            f"model.dense=true: layer {name} ({type(layer).__name__}) of this model pads windows with zeros, so an "
            f"answer depends on where its window ends; set model.dense=false, or model=deep4, shallow_fbcsp or "
            f"stager_net, which do not pad."
        )


def _set_along_time(layer: nn.Module, size: str, value: int) -> None:
    if value == along_time(layer, size):
        return
    old: Any = getattr(layer, size)
    setattr(layer, size, (*old[:-1], value) if isinstance(old, tuple) else value)
