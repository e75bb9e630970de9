"""Mean of a map over windows and over each subject's windows, with its standard error, from running sums.

Each channel is averaged over the windows that have it; the mean of a channel that no window has is not a number.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.interpretability.base import Attribution, Batch, Scene
from eegbench.interpretability.subject_maps import MOST_BYTES, SubjectMaps

Mean = Float[np.ndarray, "n_outputs n_channels n_places"]
OfBatch = Callable[[Batch], Float[Tensor, "n_outputs batch n_channels n_places"]]


@dataclass(frozen=True)
class WindowMean:
    """Mean of the windows' maps.

    Attributes
    ----------
    values
        Mean over windows.
    standard_error
        Standard error over windows; not a number for a channel that one window alone has. None if there is only one
        window.
    by_subject
        Mean of each subject; None if subjects are unknown.
    """

    values: Mean
    standard_error: Mean | None
    by_subject: SubjectMaps | None


def averaged(scene: Scene, of_batch: OfBatch, *, by_channel: bool = True) -> WindowMean:
    """Return the mean of the windows' maps, over all windows and over those of each subject.

    Parameters
    ----------
    scene
        The windows.
    of_batch
        Function that returns a map for each output and window of a batch.
    by_channel
        Whether maps have a row for each channel of the scene; otherwise each window counts in every row.

    Raises
    ------
    ValueError
        If there is no window.
    """
    n = len(scene)
    if n == 0:
        raise ValueError("there is no window to explain the network on; choose a split with windows.")
    total = squares = torch.zeros((), dtype=torch.float64, device=scene.device)
    there = scene.there if by_channel else scene.there.new_ones(n, 1)
    subjects = _SubjectSums(scene, there)
    for batch in scene.shown("explaining"):
        maps = of_batch(batch).detach().double() * there[batch.part, :, None]
        total, squares = total + maps.sum(1), squares + maps.square().sum(1)
        subjects.add(maps, batch.part)
    n_windows = there.sum(0)[:, None]
    mean = total / n_windows
    if n == 1:
        return WindowMean(mean.cpu().numpy(), None, subjects.mean())
    variance = ((squares - n_windows * mean.square()) / (n_windows - 1)).clamp_min(0)
    return WindowMean(mean.cpu().numpy(), (variance / n_windows).sqrt().cpu().numpy(), subjects.mean())


class _SubjectSums:
    """Sums of the maps of each subject; empty if subjects are unknown, or maps are too large to keep."""

    def __init__(self, scene: Scene, there: Float[Tensor, "n n_rows"]) -> None:
        self.names, codes = scene.subjects
        self.codes = torch.from_numpy(codes).to(scene.device)
        self.there = there
        self.sums: Tensor | None = None

    def add(self, maps: Float[Tensor, "n_outputs batch n_channels n_places"], part: slice) -> None:
        of_window = maps.transpose(0, 1)
        if not self.names or 8 * len(self.names) * of_window[0].numel() > MOST_BYTES:
            return
        if self.sums is None:
            self.sums = of_window.new_zeros(len(self.names), *of_window.shape[1:])
        self.sums.index_add_(0, self.codes[part], of_window)

    def mean(self) -> SubjectMaps | None:
        if self.sums is None:
            return None
        having = self.there.new_zeros(len(self.names), self.there.shape[1]).index_add_(0, self.codes, self.there)
        n_windows = self.codes.bincount(minlength=len(self.names)).cpu().numpy()
        return SubjectMaps(self.names, (self.sums / having[:, None, :, None]).cpu().numpy(), n_windows)


def over_time(scene: Scene, of_batch: OfBatch, measure: str) -> Attribution:
    """Return the mean map by class, channel and time.

    Parameters
    ----------
    scene
        The windows.
    of_batch
        Function that returns a number for each output, window, channel and sample.
    measure
        Name of the measure.
    """
    mean = averaged(scene, of_batch)
    return Attribution(
        values=mean.values,
        measure=measure,
        axis="time_s",
        places=times(scene),
        outputs=scene.classes,
        channels=scene.group.channels,
        standard_error=mean.standard_error,
        by_subject=mean.by_subject,
    )


def times(scene: Scene) -> Float[np.ndarray, "n_times"]:
    """Return the time of each sample from the window's start, in seconds."""
    return np.arange(scene.group.n_times) / scene.group.sfreq
