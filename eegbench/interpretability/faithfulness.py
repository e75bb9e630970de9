"""Deletion and insertion scores of a map: the effect of its strongest places on the network's decisions.

Deletion and insertion follow Petsiuk, Das and Saenko 2018 (RISE, arXiv:1806.07421), with places of a map instead of
pixels: frequencies, bands or samples of a channel. Deleted places are 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from eegbench.interpretability.base import Attribution, Scene, Scores
from eegbench.interpretability.spectrum import frequencies, in_band
from eegbench.types import Axis

N_STEPS = 10
"""Number of steps from a whole window to zeros."""

Shares = Float[Tensor, "batch n_rows n_bins"]
"""Proportion of places deleted before each place, from 0 up to but not including 1; infinite for a bin outside all
places. A row is a channel, or stands for all channels."""


@dataclass(frozen=True)
class Faithfulness:
    """Mean probability of the class predicted for the whole window, over ten equal steps.

    Attributes
    ----------
    deletion
        Score during deletion of places, strongest first; lower is better.
    insertion
        Score during insertion of places into zeros, strongest first; higher is better.
    deletion_random, insertion_random
        The same with a random order of places for each window.
    """

    deletion: float
    insertion: float
    deletion_random: float
    insertion_random: float


@torch.no_grad()
def faithfulness(attribution: Attribution, scene: Scene, rng: np.random.Generator) -> Faithfulness | None:
    """Score a map by the effect of its places on the network's decisions; None for maps that are not by class.

    Parameters
    ----------
    attribution
        Map; each window uses the map of its predicted class. Pairs of channel and place are sorted by absolute value,
        with ties in random order; a map without channels sorts places for all channels at once.
    scene
        The network and the windows.
    rng
        Source of random orders.
    """
    if not attribution.is_by_class:
        return None
    orders = torch.from_numpy(_shares_by_strength(attribution.values, rng)).to(scene.device)
    totals = np.zeros((2, 2))
    for batch in scene.shown("deleting and inserting"):
        x = batch.x
        predicted = batch.scores(x).argmax(1)
        drawn = torch.from_numpy(rng.random((len(x), *orders.shape[1:]), dtype=np.float32)).to(scene.device)
        for order, shares in enumerate((orders[predicted], _shares(drawn))):
            bins = _by_bin(shares, attribution, scene)
            totals[order] += _curves(batch.scores, x, predicted, bins, attribution.axis)
    return Faithfulness(*(totals / len(scene)).ravel().tolist())


def _shares_by_strength(
    values: Float[np.ndarray, "n_outputs n_rows n_places"], rng: np.random.Generator
) -> Float[np.ndarray, "n_outputs n_rows n_places"]:
    flat = np.abs(values).reshape(len(values), -1)
    order = np.lexsort((rng.random(flat.shape), -flat))
    shares = order.argsort(axis=1) / flat.shape[1]
    return shares.reshape(values.shape).astype(np.float32)


def _shares(drawn: Float[Tensor, "batch n_rows n_places"]) -> Float[Tensor, "batch n_rows n_places"]:
    ranks = drawn.flatten(1).argsort(1).argsort(1)
    return (ranks / ranks.shape[1]).view_as(drawn)


def _by_bin(shares: Float[Tensor, "batch n_rows n_places"], attribution: Attribution, scene: Scene) -> Shares:
    """Return the deletion order of each frequency or sample, infinite outside the pass band; the first band counts."""
    if attribution.axis == "time_s":
        return shares
    freqs = frequencies(scene.group)
    goes = torch.full((*shares.shape[:2], len(freqs)), torch.inf, device=shares.device)
    if attribution.bands_hz is None:
        goes[..., torch.from_numpy(scene.passed).to(shares.device)] = shares
        return goes
    for band, (low, high) in enumerate(attribution.bands_hz.tolist()):
        inside = torch.from_numpy(in_band(freqs, low, high)).to(shares.device)
        goes = torch.where(inside, torch.minimum(goes, shares[..., band, None]), goes)
    return goes


def _curves(
    scores: Scores,
    x: Float[Tensor, "batch n_channels n_times"],
    predicted: Int[Tensor, "batch"],
    shares: Shares,
    axis: Axis,
) -> tuple[float, float]:
    """Return the sum over windows of the mean probability under deletion and under insertion."""
    rebuilt = _rebuilder(x, axis)
    deletion = insertion = 0.0
    for step in range(1, N_STEPS + 1):
        first = shares < step / N_STEPS
        deletion += _probability(scores, rebuilt(~first), predicted)
        insertion += _probability(scores, rebuilt(first), predicted)
    return deletion / N_STEPS, insertion / N_STEPS


def _rebuilder(
    x: Float[Tensor, "batch n_channels n_times"], axis: Axis
) -> Callable[[Bool[Tensor, "batch n_rows n_bins"]], Float[Tensor, "batch n_channels n_times"]]:
    """Return a function that rebuilds windows from a subset of their samples or frequencies."""
    if axis == "time_s":
        return lambda kept: x * kept
    spectra = torch.fft.rfft(x)
    return lambda kept: torch.fft.irfft(spectra * kept, n=x.shape[-1])


def _probability(
    scores: Scores, x: Float[Tensor, "batch n_channels n_times"], predicted: Int[Tensor, "batch"]
) -> float:
    probabilities = scores(x).softmax(1)
    return float(probabilities.gather(1, predicted[:, None]).sum())
