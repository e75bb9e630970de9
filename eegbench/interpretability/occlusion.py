"""Loss of score without a band of a channel, or without the channel."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from eegbench.interpretability.average import averaged
from eegbench.interpretability.base import BATCH_BYTES, Attribution, Method, Scene, Scores
from eegbench.interpretability.spectrum import frequencies, in_band
from eegbench.progress import tell

OPTION = "interpretability.occlusion.bands_hz"
ALL = "all"
"""Name of the place for all frequencies, in which the channel is set to 0."""


class Occlusion(Method):
    """Mean over windows of the score minus the score without a band of a channel, with its standard error.

    A band is removed by setting its amplitudes in the window's Fourier transform to 0. After the bands comes ``all``:
    the whole channel set to 0.

    Parameters
    ----------
    bands_hz
        Name, lower edge (inclusive) and upper edge (exclusive) of each band, in Hz. Bands that end above half the
        sampling rate, or that the filters remove, are left out with a log message.

    References
    ----------
    Zeiler and Fergus 2014, Visualizing and understanding convolutional networks, doi:10.1007/978-3-319-10590-1_53.
    """

    def __init__(self, *, bands_hz: tuple[tuple[str, float, float], ...]) -> None:
        names = [name for name, _, _ in bands_hz]
        unlike = len({*names, ALL}) == len(names) + 1
        if not bands_hz or not unlike or not all(0 <= low < high for _, low, high in bands_hz):
            raise ValueError(
                f"{OPTION}={[list(band) for band in bands_hz]}: expected bands with a name each (not {ALL}) and "
                f"ascending edges from 0 Hz; set {OPTION}=[[theta,4,8],[alpha,8,13]]."
            )
        self.bands_hz = bands_hz

    def check(self, scene: Scene) -> None:
        """Refuse bands that windows of this rate and length do not have; name those that are left out."""
        held = self._held(scene)
        if left_out := [band for band in self.bands_hz if band not in held]:
            sfreq = f"signals at {scene.group.sfreq:g} Hz"
            tell(f"occlusion leaves out {_listed(left_out)}: {sfreq}{_filtered(scene)} have no such frequencies")

    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:  # noqa: ARG002  nothing is drawn
        """Return a map by class, channel and band.

        Raises
        ------
        ValueError
            If no band lies below half the sampling rate and in the pass band of the filters, or one contains no
            frequency of a window.
        """
        held = self._held(scene)
        edges = [*((low, high) for _, low, high in held), (0.0, np.inf)]
        members = np.stack([in_band(frequencies(scene.group), low, high) for low, high in edges])
        bands = torch.from_numpy(members).to(scene.device)
        mean = averaged(scene, lambda batch: drops(batch.scores, batch.x, bands))
        return Attribution(
            values=mean.values,
            measure="decrease of the class score (logit)",
            axis="band",
            places=(*(name for name, _, _ in held), ALL),
            outputs=scene.classes,
            channels=scene.group.channels,
            standard_error=mean.standard_error,
            by_subject=mean.by_subject,
            bands_hz=np.array([*(edges for _, *edges in held), [0.0, np.inf]], dtype=np.float64),
        )

    def _held(self, scene: Scene) -> list[tuple[str, float, float]]:
        """Return the bands below half the sampling rate that the filters do not remove."""
        group = scene.group
        below = [band for band in self.bands_hz if band[2] <= group.sfreq / 2]
        if not below:
            raise ValueError(
                f"{OPTION}: {_listed(self.bands_hz)} ends above {group.sfreq / 2:g} Hz, half the sampling rate, and "
                "there is no other band; set lower edges."
            )
        for name, low, high in below:
            if not in_band(frequencies(group), low, high).any():
                raise ValueError(
                    f"{OPTION}: no frequency of a window of {group.window_s:g} s lies in {name}, "
                    f"{low:g}-{high:g} Hz; set a wider band, or leave it out."
                )
        held = [band for band in below if in_band(scene.frequencies, *band[1:]).any()]
        if not held:
            raise ValueError(
                f"{OPTION}: {_listed(below)} is not among the frequencies of signals{_filtered(scene)}; set other "
                "bands."
            )
        return held


def _listed(bands: Sequence[tuple[str, float, float]]) -> str:
    return ", ".join(f"{name} ({low:g}-{high:g} Hz)" for name, low, high in bands)


def _filtered(scene: Scene) -> str:
    """Return the words of a message about the pass band of the filters; empty if all frequencies pass."""
    low, high = scene.passed_hz
    if low == 0 and high >= scene.group.sfreq / 2:
        return ""
    return f" filtered to {low:g}-{min(high, scene.group.sfreq / 2):g} Hz"


@torch.no_grad()
def drops(
    scores: Scores, x: Float[Tensor, "batch n_channels n_times"], bands: Bool[Tensor, "n_places n_freqs"]
) -> Float[Tensor, "n_outputs batch n_channels n_places"]:
    """Return the score of each window minus its score without each band of each channel.

    Parameters
    ----------
    scores
        Function from windows to scores.
    x
        Windows.
    bands
        Mask of the frequencies of each place.
    """
    parts = torch.fft.irfft(torch.fft.rfft(x) * bands[:, None, None], n=x.shape[-1])
    channels, places = torch.meshgrid(torch.arange(x.shape[1]), torch.arange(len(bands)), indexing="ij")
    at_once = max(1, BATCH_BYTES[x.device.type] // (x.element_size() * x.numel()))
    pairs = zip(channels.flatten().split(at_once), places.flatten().split(at_once), strict=True)
    without = torch.cat([_scores_without(scores, x, parts, *pair) for pair in pairs])
    return (scores(x) - without).unflatten(0, (x.shape[1], len(bands))).permute(3, 2, 0, 1)


def _scores_without(
    scores: Scores,
    x: Float[Tensor, "batch n_channels n_times"],
    parts: Float[Tensor, "n_places batch n_channels n_times"],
    channels: Int[Tensor, "n"],
    places: Int[Tensor, "n"],
) -> Float[Tensor, "n batch n_outputs"]:
    """Return the scores of windows without a part of a channel, for each pair of channel and place."""
    n = len(channels)
    windows = x.repeat(n, 1, 1, 1)
    windows[torch.arange(n), :, channels] -= parts[places, :, channels]
    return scores(windows.flatten(0, 1)).unflatten(0, (n, len(x)))
