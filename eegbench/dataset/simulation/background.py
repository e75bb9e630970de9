"""EEG of version 2: events, and noise whose spectrum gives the drawn levels together with them.

Every 5 s, a smooth spectrum is interpolated through the levels of each derivation, Gaussian noise is shaped by it, and
the pieces are joined by overlapping windows. The power of spindles, K-complexes and other events is first subtracted
from the levels, so that noise and events together have the levels of real nights.
"""

from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import scipy  # loads its parts, for half a second, where they are first used
from jaxtyping import Complex, Float

from eegbench.dataset.simulation.events import KINDS, add_events
from eegbench.dataset.simulation.levels import N_HOPS, at_hops
from eegbench.dataset.simulation.signal import SFREQ, Weights
from eegbench.dataset.simulation.spectra import (
    BANDS_HZ,
    LEVELS,
    N_SEGMENT,
    WIDTHS_HZ,
    Levels,
)
from eegbench.dataset.simulation.statistics import EPOCH_S, STAGES
from eegbench.dataset.simulation.subject import Subject

HOP = EPOCH_S * SFREQ // N_HOPS
FRAME = 2 * HOP
"""Samples between the starts of two pieces of noise, and in a piece."""

FREQUENCIES_HZ = np.fft.rfftfreq(FRAME, 1 / SFREQ)

CENTRES_HZ = (0.25, 1.5, 5.6, 10.2, 19.0, 38.0)
"""Frequency at which each level affects the spectrum most; between two of them, weights are linear in log frequency."""

HIGH_PASS_HZ = 0.4
"""Frequency below which the noise decreases."""

SLOW_NATS = np.array([0.0, 0.0, 0.3, 0.9, 0.0])
ALPHA_NATS = np.array([[0.6, 0.4, 0.4, 0.3, 0.2], [1.5, 0.8, 0.3, 0.2, 0.4]])
SIGMA_NATS = np.array([[0.0, 0.0, 0.6, 0.8, 0.0], [0.0, 0.0, 0.6, 0.8, 0.0]])
"""Heights of three peaks in W, N1, N2, N3 and R, in nats: of slow waves on both derivations, and at the subject's alpha
and spindle frequency on Fpz-Cz and Pz-Oz. Of the order seen in the first 300 s of SC4001 (wake) and in N2 and N3 of
pyDYNAM-O's example night."""

SLOW_HZ, SLOW_WIDTH_HZ, ALPHA_WIDTH_HZ, SIGMA_WIDTH_HZ = 0.7, 0.25, 1.0, 0.8

COHERENCE_HZ, COHERENCE = 4.0, (0.33, -0.1)
"""Correlation of the two derivations' noise below and above a frequency: in wake, in the first 300 s of SC4001."""

SPINDLE_GAIN, MOVEMENT_GAIN = 0.6, 0.4
"""Factors on the size of these events on the EEG. Larger spindles alone would have more power in N2 than many real
nights have in their band; larger movements would make wake more variable than it is."""

MIN_BACKGROUND = 0.1
"""Minimum fraction of a level's density that is left to the noise."""

N_FITS = 4
"""Number of iterations of fitting the spectra."""

MAX_STEP = 2.0
"""Maximum change of a level in an iteration, in nats."""


def draw_waves(
    events: pd.DataFrame, n_samples: int, subject: Subject, person: Float[np.ndarray, "12"], rng: np.random.Generator
) -> Float[np.ndarray, "3 n_samples"]:
    """Draw the waves of a table of events on Fpz-Cz, Pz-Oz and the EOG, in µV.

    On the EEG, their sizes scale with the subject's levels: spindles with alpha and beta, others with delta and theta.
    """
    slow, fast = (np.exp(person.reshape(2, -1)[:, k : k + 2].mean(axis=1) / 2) for k in (1, 3))
    own = {"spindle": SPINDLE_GAIN * fast, "movement": MOVEMENT_GAIN * slow}
    waves = np.zeros((3, n_samples), dtype=np.float32)
    add_events(waves, events, subject, rng, {kind.name: np.append(own.get(kind.name, slow), 1) for kind in KINDS})
    return waves


def draw_noise(
    levels: Levels,
    weights: Weights,
    waves: Float[np.ndarray, "2 n_samples"],
    subject: Subject,
    rng: np.random.Generator,
) -> Float[np.ndarray, "2 n_samples"]:
    """Draw the noise of Fpz-Cz and Pz-Oz in µV that has the requested levels together with the waves of events.

    Parameters
    ----------
    levels
        Levels at every hop, including the start and end of the recording (n_hops, 12).
    weights
        Fraction of each stage in each second.
    waves
        Waves of events on the same two channels, in µV.
    subject
        Subject with alpha and spindle frequency.
    rng
        Source of randomness.
    """
    at = np.concatenate([weights[:: HOP // SFREQ], weights[-1:]])
    wanted = np.exp(levels)
    wanted = np.maximum(wanted - at_hops(_densities_of(waves)), MIN_BACKGROUND * wanted)
    draws = rng.standard_normal((2, len(levels), 2 * len(FREQUENCIES_HZ)), dtype=np.float32).view(np.complex64)
    shared = np.where(FREQUENCIES_HZ < COHERENCE_HZ, *COHERENCE).astype(np.float32)
    draws[1] = shared * draws[0] + np.sqrt(1 - shared**2) * draws[1]
    noise = np.empty_like(waves)
    for channel, own in enumerate(np.split(wanted, 2, axis=1)):
        spectra = fit_spectra((at @ peaks(subject, channel)).astype(np.float32), own.astype(np.float32))
        noise[channel] = _join(draws[channel] * np.sqrt(spectra))
    return noise


def fit_spectra(
    shape: Float[np.ndarray, "n_hops n_frequencies"], wanted: Float[np.ndarray, "n_hops 6"]
) -> Float[np.ndarray, "n_hops n_frequencies"]:
    """Return smooth spectra in µV²/Hz whose levels, as measured by `levels_of`, are the requested densities.

    Parameters
    ----------
    shape
        Logarithm of each spectrum before the fit.
    wanted
        Densities of `LEVELS` in µV²/Hz.
    """
    heights = np.log(wanted)
    for _ in range(N_FITS):
        found = np.exp(shape + heights @ _hats()) @ _densities().T
        lowest = 0.02 * np.exp(heights)  # the slowest level is a difference and may be negative
        heights += np.clip(np.log(wanted / np.maximum(found, lowest)), -MAX_STEP, MAX_STEP)
    return np.asarray(np.exp(shape + heights @ _hats()))


def peaks(subject: Subject, channel: int) -> Float[np.ndarray, "5 n_frequencies"]:
    """Return the logarithm of the part of each stage's spectrum that is not smooth: three peaks and the high-pass."""
    f = np.maximum(FREQUENCIES_HZ, FREQUENCIES_HZ[1] / 2)
    found = np.tile(np.log(f**2 / (f**2 + HIGH_PASS_HZ**2)), (len(STAGES), 1))
    for heights, centre_hz, width_hz in (
        (SLOW_NATS, SLOW_HZ, SLOW_WIDTH_HZ),
        (ALPHA_NATS[channel], subject.alpha_hz, ALPHA_WIDTH_HZ),
        (SIGMA_NATS[channel], subject.spindle_hz, SIGMA_WIDTH_HZ),
    ):
        found += np.outer(heights, np.exp(-(((f - centre_hz) / width_hz) ** 2) / 2))
    return found


def _join(spectra: Complex[np.ndarray, "n_hops n_frequencies"]) -> Float[np.ndarray, "n_samples"]:
    spectra[:, 0] = 0  # no offset
    pieces = scipy.fft.irfft(spectra, FRAME, axis=1)
    pieces *= np.sqrt(scipy.signal.get_window("hann", FRAME) * SFREQ * FRAME / 4).astype(np.float32)
    joined = np.zeros((len(spectra) + 1, HOP), dtype=np.float32)
    joined[:-1] += pieces[:, :HOP]
    joined[1:] += pieces[:, HOP:]
    return joined.ravel()[HOP:-HOP]


def _densities_of(waves: Float[np.ndarray, "2 n_samples"]) -> Float[np.ndarray, "n_epochs 12"]:
    n_samples = EPOCH_S * SFREQ
    power = np.abs(scipy.fft.rfft(waves.reshape(2, -1, n_samples))) ** 2 * (2 / n_samples / SFREQ)
    edges = [1, *(round(low * EPOCH_S) for low, _ in BANDS_HZ), power.shape[2]]
    found = [power[:, :, a:b].mean(axis=2) for a, b in pairwise(edges)]
    return np.concatenate(np.stack(found, axis=2), axis=1)


@cache
def _hats() -> Float[np.ndarray, "6 n_frequencies"]:
    log_f = np.log(np.maximum(FREQUENCIES_HZ, FREQUENCIES_HZ[1] / 2))
    rows = [np.interp(log_f, np.log(CENTRES_HZ), row) for row in np.eye(len(LEVELS))]
    return np.stack(rows).astype(np.float32)


@cache
def _densities() -> Float[np.ndarray, "6 n_frequencies"]:
    """Return the contribution of each frequency's density to each level, including leakage of Welch's window."""
    window = scipy.signal.get_window("hann", N_SEGMENT)
    bins_hz = np.fft.rfftfreq(N_SEGMENT, 1 / SFREQ)
    turns = np.outer(FREQUENCIES_HZ, np.arange(N_SEGMENT)) / SFREQ
    response = [np.exp(2j * np.pi * (turns - hz / SFREQ * np.arange(N_SEGMENT))) @ window for hz in bins_hz]
    seen = np.abs(np.stack(response)) ** 2 / (window**2).sum() / SFREQ * FREQUENCIES_HZ[1]
    bands = np.stack([seen[(bins_hz >= low) & (bins_hz <= high)].mean(axis=0) for low, high in BANDS_HZ])
    everything = np.where(FREQUENCIES_HZ > 0, FREQUENCIES_HZ[1], 0)
    slow = (everything - WIDTHS_HZ[1:] @ bands) / WIDTHS_HZ[0]
    return np.concatenate([slow[None], bands]).astype(np.float32)
