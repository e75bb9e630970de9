"""Names, rate and signals after several steps."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby

import numpy as np
from jaxtyping import Float

from eegbench.preprocessing.step.base import Step
from eegbench.types import EVERY_HZ

Channel = Float[np.ndarray, "1 n_samples"]


def settings_of(steps: Iterable[Step]) -> list[list[object]]:
    """Return the class and the options of each step, which are part of the shard's name."""
    return [[type(step).__name__, asdict(step)] for step in steps]  # type: ignore[call-overload]


def channels_after(steps: Iterable[Step], channels: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the channels after all steps.

    Raises
    ------
    ValueError
        If a step does not accept the number of channels.
    """
    for step in steps:
        channels = step.out_channels(channels)
    return tuple(channels)


def sfreq_after(steps: Iterable[Step], sfreq: float) -> float:
    """Return the rate in Hz after all steps.

    Raises
    ------
    ValueError
        If a step cannot be applied at the rate of its input.
    """
    for step in steps:
        sfreq = step.out_sfreq(sfreq)
    return sfreq


def passed_hz_after(steps: Iterable[Step], passed_hz: tuple[float, float] = EVERY_HZ) -> tuple[float, float]:
    """Return the lowest and the highest frequency in Hz that pass all steps, of signals with this pass band."""
    bands = [passed_hz, *(step.passed_hz for step in steps)]
    return max(low for low, _ in bands), min(high for _, high in bands)


def signal_after(
    steps: Iterable[Step], channels: Iterable[Channel], sfreq: float
) -> Float[np.ndarray, "n_channels n_out"]:
    """Return the signals after all steps.

    Each channel goes separately through the steps that do not mix channels, as a night of many channels is a gigabyte.

    Parameters
    ----------
    steps
        Steps in their order.
    channels
        Signals of each channel in volts.
    sfreq
        Rate of the signals in Hz.
    """
    for mixes_channels, some in groupby(steps, key=lambda step: step.mixes_channels):
        together = list(some)
        parts = [np.concatenate(list(channels))] if mixes_channels else channels
        channels = [_applied(together, part, sfreq) for part in parts]
        sfreq = sfreq_after(together, sfreq)
    return np.concatenate(list(channels))


def _applied(steps: Sequence[Step], signal: np.ndarray, sfreq: float) -> np.ndarray:
    for step in steps:
        signal, sfreq = step(signal, sfreq), step.out_sfreq(sfreq)
    return signal
