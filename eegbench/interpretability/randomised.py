"""Randomisation check of a map: comparison with the map of the same network with shuffled weights.

A map that does not change when weights are shuffled shows the data or the architecture, not the training
(Adebayo et al. 2018, Sanity checks for saliency maps, arXiv:1810.03292).
"""

import copy
from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float
from scipy.stats import rankdata
from torch import Tensor, nn

from eegbench.inference.network import Network
from eegbench.interpretability.base import Attribution, Scene
from eegbench.trainer.batch_norm import BatchNorm, statistics_anew


def randomised(network: nn.Module, scene: Scene, rng: np.random.Generator) -> nn.Module:
    """Return a copy of the network without its training, in evaluation mode.

    Values are shuffled within each weight tensor, which keeps their distribution. The statistics of batch normalisation
    are then estimated again on the scene's windows, because activations would otherwise be out of range.

    Parameters
    ----------
    network
        The network, which is not changed.
    scene
        The windows.
    rng
        Source of the shuffles.
    """
    shuffled = copy.deepcopy(network).eval()
    with torch.no_grad():
        for weight in _weights(shuffled):
            order = torch.from_numpy(rng.permutation(weight.numel())).to(weight.device)
            weight.copy_(weight.flatten()[order].view_as(weight))
        _estimate_statistics(shuffled, scene)
    return shuffled.eval()


def _weights(network: nn.Module) -> Iterator[Tensor]:
    yield from network.parameters()
    if isinstance(network, Network):  # its head was fitted, not trained, and is therefore stored in buffers
        yield from (network.weight, network.bias)


def _estimate_statistics(network: nn.Module, scene: Scene) -> None:
    """Set each batch normalisation to the mean over batches of their statistics; no other layer is in training mode."""
    for layer in network.modules():
        layer.train(isinstance(layer, BatchNorm))
    with statistics_anew(network) as are_there:
        for batch in scene.of(network).batches() if are_there else ():
            batch.scores(batch.x)


def similarity(a: Attribution, b: Attribution) -> float:
    """Return Spearman's correlation between the absolute values of two maps, from −1 to 1.

    Places that are NaN in either map are left out; NaN if no place is left. Maps by filter are averaged over filters
    first, because their order has no meaning; 0 if a map is constant.
    """
    values = np.stack([_strength(each) for each in (a, b)])
    values = values[:, np.isfinite(values).all(axis=0)]
    if not values.size:
        return float("nan")
    first, second = rankdata(values, axis=1)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _strength(attribution: Attribution) -> Float[np.ndarray, "n"]:
    values = np.abs(attribution.values)
    return (values if attribution.is_by_class else values.mean(axis=0)).ravel()
