"""Grad-CAM: times at which the activations of a layer support a class, weighted by their gradients."""

import difflib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Text
from eegbench.inference.network import Network
from eegbench.interpretability.average import averaged, times
from eegbench.interpretability.base import Attribution, Method, Scene, Scores
from eegbench.interpretability.gradient import gradients
from eegbench.interpretability.layer import outputs_of
from eegbench.model.token_table import TokenTable

OPTION = "interpretability.grad_cam.layer"


class GradCam(Method):
    """Mean over windows of a layer's class activation over time, with its standard error.

    Outputs of the layer (batch, filters, …, time steps) are weighted by the mean over time of the score's gradient with
    respect to them and summed; negative values are set to 0. Time steps are resampled to the window by linear
    interpolation. There are no separate channels, because convolutions mix them.

    Parameters
    ----------
    layer
        Name of the layer in ``network.named_modules()``; None is the last convolution with time steps in its output.

    References
    ----------
    Selvaraju et al. 2017, Grad-CAM, doi:10.1109/ICCV.2017.74.
    """

    def __init__(self, *, layer: Text | None) -> None:
        self.layer = layer

    def check(self, scene: Scene) -> None:
        """Refuse a network that has no such layer, or no convolution over time."""
        self._find(layers_over_time(scene))

    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:  # noqa: ARG002  nothing is drawn
        """Return a map by class and time.

        Raises
        ------
        ValueError
            If the network has no such layer, or no convolution over time.
        """
        layer = self._find(layers_over_time(scene))
        mean = averaged(scene, lambda batch: activations(batch.scores, layer, batch.x), by_channel=False)
        return Attribution(
            values=mean.values,
            measure="class activation",
            is_signed=False,
            axis="time_s",
            places=times(scene),
            outputs=scene.classes,
            channels=("all",),
            standard_error=mean.standard_error,
            by_subject=mean.by_subject,
            setting="" if self.layer is None else f"layer {self.layer}",
        )

    def _find(self, layers: dict[str, nn.Module]) -> nn.Module:
        if self.layer is None:
            return _last_convolution(layers)
        if self.layer not in layers:
            near = difflib.get_close_matches(self.layer, layers, n=1)
            hint = f"did you mean {near[0]}? Otherwise " if near else ""
            raise ValueError(f"{OPTION}={self.layer}: no layer of that name has time steps; {hint}{_choice(layers)}")
        return layers[self.layer]


def _last_convolution(layers: dict[str, nn.Module]) -> nn.Module:
    """Return the last layer that is a convolution, or that uses the weights of a convolution inside it."""
    convolving = [name for name, layer in layers.items() if any(map(_convolves, layer.modules()))]
    innermost = [name for name in convolving if not any(other.startswith(f"{name}.") for other in convolving)]
    if not innermost:
        raise ValueError(
            f"interpretability=[grad_cam]: the network has no convolution over time, so {OPTION}=null finds no layer; "
            f"{_choice(layers)}"
        )
    return layers[innermost[-1]]


def _convolves(layer: nn.Module) -> bool:
    """Return whether a layer has a kernel size and its own weights, as torch's convolutions do."""
    return hasattr(layer, "kernel_size") and any(True for _ in layer.parameters(recurse=False))


def _choice(layers: dict[str, nn.Module]) -> str:
    if not layers:
        return "none of its layers has time steps of whole windows; remove grad_cam from interpretability=[…]."
    return f"remove grad_cam from interpretability=[…], or set {OPTION} to one of {', '.join(layers)}."


def layers_over_time(scene: Scene) -> dict[str, nn.Module]:
    """Return by name the layers with outputs (batch, filters, …, steps) that depend on the signals of the scene.

    They are in the order of the forward pass. Layers that encode each channel of a window separately are left out.
    """
    met: dict[str, tuple[nn.Module, Tensor]] = {}

    def meet(name: str, layer: nn.Module, output: Any) -> None:
        if isinstance(output, Tensor) and output.dim() >= 3 and len(output) == 1 and output.shape[-1] > 1:
            met[name] = layer, output

    with ExitStack() as hooks, torch.enable_grad():
        for name, layer in _within_windows(scene.network):
            hook = layer.register_forward_hook(lambda layer, _, output, name=name: meet(name, layer, output))
            hooks.callback(hook.remove)
        first = slice(0, 1)
        x = scene.gather(first).requires_grad_()
        scene.scores(first)(x)
        return {name: layer for name, (layer, output) in met.items() if _depends(output, x)}


def _within_windows(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yield all layers with their names, except those whose last axis is not time.

    The steps of a sequence encoder are windows. The last axis of layers over tokens, of linear layers and of layer
    normalisation is that of features.
    """
    sequence = network.sequence if isinstance(network, Network) else None
    skipped = set() if sequence is None else set(sequence.modules())
    over_tokens = [one for one in network.modules() if isinstance(getattr(one, "token_table", None), TokenTable)]
    skipped.update(layer for encoder in over_tokens for layer in encoder.modules())
    skipped.update(layer for layer in network.modules() if isinstance(layer, nn.Linear | nn.LayerNorm))
    return ((name, layer) for name, layer in network.named_modules() if layer not in skipped)


def _depends(output: Tensor, x: Tensor) -> bool:
    """Return whether a layer's output depends on the windows; that for another group of signals does not."""
    if not output.requires_grad:
        return False
    return torch.autograd.grad(output.sum(), x, retain_graph=True, allow_unused=True)[0] is not None


def activations(
    scores_of: Scores, layer: nn.Module, x: Float[Tensor, "batch n_channels n_times"]
) -> Float[Tensor, "n_outputs batch 1 n_times"]:
    """Return a layer's class activation for each score and window, at every sample of the window."""
    with torch.enable_grad(), outputs_of(layer) as found:
        scores = scores_of(x.detach().requires_grad_())
    output = found[-1]
    maps = [_weighted(output.detach(), gradient) for gradient in gradients(scores, output)]
    steps = torch.stack(maps).flatten(0, 1).unsqueeze(1)
    resampled = nn.functional.interpolate(steps, size=x.shape[-1], mode="linear")
    return resampled.unflatten(0, (len(maps), len(x)))


def _weighted(
    output: Float[Tensor, "batch *filters n_steps"], gradient: Float[Tensor, "batch *filters n_steps"]
) -> Float[Tensor, "batch n_steps"]:
    weights = gradient.mean(-1, keepdim=True)
    return (weights * output).flatten(1, -2).sum(1).relu()
