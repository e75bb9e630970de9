"""Amplitude spectra of a network's first filters, independent of windows."""

import numpy as np
import torch
from jaxtyping import Float

from eegbench.interpretability.base import Attribution, Method, Scene
from eegbench.interpretability.spectrum import in_pass_band
from eegbench.model import Encoder


class FilterSpectrum(Method):
    """Amplitude spectrum of each first filter in each channel.

    Filters are padded with zeros to the length of a window, so that frequencies are those of a window. Each is divided
    by the root of its summed squares over channels and time, so that spectra can be compared between filters, because
    the next layer may rescale them.
    """

    def check(self, scene: Scene) -> None:
        """Refuse a network whose encoder does not begin with filters, and a pass band without a frequency."""
        _filters(scene)
        _ = scene.passed

    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:  # noqa: ARG002  nothing is drawn
        """Return a map by filter, channel and frequency.

        Raises
        ------
        ValueError
            If the network's encoder does not begin with filters.
        """
        filters = _unit(_filters(scene))
        n_times = max(scene.group.n_times, filters.shape[-1])
        freqs = np.fft.rfftfreq(n_times, 1 / scene.group.sfreq)
        passed = in_pass_band(freqs, scene.passed_hz)
        own = filters.shape[1] == scene.group.n_channels
        return Attribution(
            values=np.abs(np.fft.rfft(filters, n=n_times))[..., passed],
            measure="gain of a filter of unit norm",
            axis="frequency_hz",
            places=freqs[passed],
            outputs=tuple(f"filter {i}" for i in range(len(filters))),
            channels=scene.group.channels if own else ("all",),
            is_by_class=False,
            is_signed=False,
        )


def _filters(scene: Scene) -> Float[np.ndarray, "n_filters n_channels kernel"]:
    encoder = getattr(scene.network, "encoder", scene.network)
    if not isinstance(encoder, Encoder):
        raise ValueError(
            f"interpretability=[filter_spectrum]: {type(encoder).__name__} does not begin with filters; remove "
            "filter_spectrum from interpretability=[…], or choose a model of convolutions."
        )
    return encoder.first_filters().detach().to("cpu", torch.float64).numpy()


def _unit(
    filters: Float[np.ndarray, "n_filters n_channels kernel"],
) -> Float[np.ndarray, "n_filters n_channels kernel"]:
    norms = np.sqrt(np.square(filters).sum(axis=(1, 2), keepdims=True))
    return filters / np.where(norms > 0, norms, 1.0)
