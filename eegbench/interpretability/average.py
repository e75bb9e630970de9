"""The mean of a map over windows and its standard error, from sums that grow batch by batch."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.interpretability.base import Attribution, Batch, Scene

Mean = Float[np.ndarray, "n_outputs n_channels n_places"]
OfBatch = Callable[[Batch], Float[Tensor, "n_outputs batch n_channels n_places"]]


def averaged(scene: Scene, of_batch: OfBatch) -> tuple[Mean, Mean | None]:
    """Return the mean of the windows' maps, and its standard error where there are two windows.

    Parameters
    ----------
    scene
        The windows.
    of_batch
        Returns a map for each output and window.

    Raises
    ------
    ValueError
        Where there is no window.
    """
    n = len(scene)
    if n == 0:
        raise ValueError("there is no window to explain the network on; choose a split that has some.")
    total = squares = torch.zeros((), dtype=torch.float64, device=scene.device)
    for batch in scene.shown("explaining"):
        maps = of_batch(batch).detach().double()
        total, squares = total + maps.sum(1), squares + maps.square().sum(1)
    mean = total / n
    if n == 1:
        return mean.cpu().numpy(), None
    variance = ((squares - n * mean.square()) / (n - 1)).clamp_min(0)
    return mean.cpu().numpy(), (variance / n).sqrt().cpu().numpy()


def over_time(scene: Scene, of_batch: OfBatch, measure: str) -> Attribution:
    """Return the mean map by class, channel and time.

    Parameters
    ----------
    scene
        The windows.
    of_batch
        Returns a number for each output, window, channel and sample.
    measure
        What the numbers are.
    """
    mean, error = averaged(scene, of_batch)
    return Attribution(
        values=mean,
        measure=measure,
        axis="time_s",
        places=times(scene),
        outputs=scene.classes,
        channels=scene.group.channels,
        standard_error=error,
    )


def times(scene: Scene) -> Float[np.ndarray, "n_times"]:
    """Return the time of each sample from the window's start, in seconds."""
    return np.arange(scene.group.n_times) / scene.group.sfreq
