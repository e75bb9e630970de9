"""Frequencies of a window, and the frequencies in a band: its lower edge is inclusive, its upper one exclusive."""

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from eegbench.types import Group


def frequencies(group: Group) -> Float[np.ndarray, "n_freqs"]:
    """Return the frequencies of a window's Fourier transform, in Hz."""
    return np.fft.rfftfreq(group.n_times, 1 / group.sfreq)


def in_band(freqs: Float[np.ndarray, "n_freqs"], low_hz: float, high_hz: float) -> Bool[np.ndarray, "n_freqs"]:
    """Return whether each frequency lies in [low, high)."""
    return (freqs >= low_hz) & (freqs < high_hz)


def in_pass_band(freqs: Float[np.ndarray, "n_freqs"], passed_hz: tuple[float, float]) -> Bool[np.ndarray, "n_freqs"]:
    """Return whether each frequency lies in a pass band, both edges included."""
    return (freqs >= passed_hz[0]) & (freqs <= passed_hz[1])


def passed(group: Group, passed_hz: tuple[float, float]) -> Bool[np.ndarray, "n_freqs"]:
    """Return whether each frequency of a window lies in a pass band, both edges included.

    Raises
    ------
    ValueError
        If there is no such frequency.
    """
    inside = in_pass_band(frequencies(group), passed_hz)
    if not inside.any():
        raise ValueError(
            f"no frequency of a window of {group.window_s:g} s lies in the pass band of the filters, "
            f"{passed_hz[0]:g} to {passed_hz[1]:g} Hz, so there is no map of frequencies; choose a method of times."
        )
    return inside


def sides(n_times: int, device: torch.device) -> Float[Tensor, "n_freqs"]:
    """Return the number of frequencies of the full transform that each one represents.

    This is 2, because a negative frequency mirrors each positive one, but 1 at 0 Hz and, for even numbers of samples,
    at half the sampling rate.
    """
    counts = torch.full((n_times // 2 + 1,), 2.0, device=device)
    counts[0] = 1
    if n_times % 2 == 0:
        counts[-1] = 1
    return counts
