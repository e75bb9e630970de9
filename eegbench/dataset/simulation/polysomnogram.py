"""Signals of a simulated night of the Dreem Open Datasets (sixteen or twelve): EEG derivations, EOG, EMG and ECG.

Conventions
-----------
Derivations are differences of the potentials at ten electrodes, so that F3_O1 is F3_M2 minus O1_M2. The background of
each is that of `eegbench.dataset.simulation.signal`, at 100 Hz; amplifier noise is added at 250 Hz. Strengths are ours,
of the order given in textbooks.
"""

from collections.abc import Mapping

import numpy as np
import scipy  # loads its parts, for half a second, where they are first used
from jaxtyping import Float

from eegbench.dataset.simulation import signal
from eegbench.dataset.simulation.dod_hypnogram import ScoredNight
from eegbench.dataset.simulation.events import add_events, draw_events
from eegbench.dataset.simulation.signal import Signal, Weights
from eegbench.dataset.simulation.statistics import EPOCH_S

SFREQ = 250
"""Sampling rate of every signal in Hz."""

EEG: Mapping[str, tuple[str, ...]] = {
    "dod_h": (
        *("C3_M2", "F4_M1", "F3_F4", "F3_M2", "F4_O2", "F3_O1"),
        *("FP1_F3", "FP1_M2", "FP1_O1", "FP2_F4", "FP2_M1", "FP2_O2"),
    ),
    "dod_o": ("C3_M2", "C4_M1", "F3_F4", "F3_M2", "F4_O2", "F3_O1", "O1_M2", "O2_M1"),
}
"""Derivations of each set."""

OTHERS = ("EMG", "ECG", "EOG1", "EOG2")
"""Signals of both sets other than EEG."""

REGIONS = {
    #    pink, delta, theta, alpha, sigma, beta, white
    "FP": (1.0, 0.9, 0.9, 0.7, 0.8, 1.0, 1.1),
    "F": (1.0, 1.0, 1.0, 0.8, 1.0, 1.0, 1.0),
    "C": (0.9, 0.8, 1.0, 1.0, 1.1, 0.9, 0.9),
    "O": (0.7, 0.5, 0.7, 1.5, 0.6, 0.8, 0.8),
    "M": (0.2, 0.1, 0.15, 0.2, 0.1, 0.25, 0.6),
}
"""Strength of each band at an electrode, relative to ``EEG Fpz-Cz``: slow waves are frontal, alpha is occipital."""

EVENTS = {"FP": (1.0, 0.0), "F": (0.9, 0.1), "C": (0.5, 0.5), "O": (0.0, 1.0), "M": (0.0, 0.0)}
"""Weights of the waves of ``EEG Fpz-Cz`` and ``EEG Pz-Oz`` at an electrode."""

COHERENCE = 0.7
"""Correlation of a band's noise between two electrodes."""

SIDE = 0.1
"""Standard deviation of an electrode's gain in nats."""

AMPLIFIER_UV = 0.3

TONE_UV = np.array([16.0, 9.0, 6.0, 5.0, 2.5])
"""Chin EMG in W, N1, N2, N3 and R, root mean square above 10 Hz."""

HEART_UV, RR_S = 900.0, (0.95, 0.06)
"""Peak of the R wave in µV; mean and standard deviation of the time between two in seconds."""

QRST = ((-0.17, 0.02, 0.12), (-0.03, 0.008, -0.12), (0.0, 0.009, 1.0), (0.03, 0.009, -0.22), (0.27, 0.05, 0.25))
"""Time and width in s and height, relative to R, of P, Q, R, S and T."""


Fast = Float[np.ndarray, "n_fast"]


def draw_signals(night: ScoredNight, model: str, rng: np.random.Generator) -> dict[str, Fast]:
    """Draw the signals of a night, in µV at 250 Hz.

    Parameters
    ----------
    night
        Stages and subject of the night.
    model
        ``dod_h`` or ``dod_o``.
    rng
        Source of randomness.

    Returns
    -------
    signals
        Signals by channel name: those of `EEG`, then `OTHERS`.
    """
    weights = signal.stage_weights(night.shown)
    waves = np.zeros((3, len(weights) * signal.SFREQ), dtype=np.float32)
    add_events(waves, draw_events(weights, night.subject, rng), night.subject, rng)
    electrodes = sorted({name for pair in EEG[model] for name in pair.split("_")})
    at = {name: _fast(one, rng) for name, one in _potentials(night, weights, waves, electrodes, rng).items()}
    eeg = {name: at[name.split("_")[0]] - at[name.split("_")[1]] for name in EEG[model]}
    eyes = [_fast(sign * waves[2] + 5 * _own(len(waves[2]), rng), rng) for sign in (1, -1)]
    fronts = [0.3 * (at["F3"] - at["M2"]), 0.3 * (at["F4"] - at["M1" if "M1" in at else "M2"])]
    return {
        **eeg,
        "EMG": _muscle(weights, night.subject.gains[3], rng),
        "ECG": _heart(len(weights), rng),
        "EOG1": eyes[0] + fronts[0],
        "EOG2": eyes[1] + fronts[1],
    }


def _potentials(
    night: ScoredNight,
    weights: Weights,
    waves: Float[np.ndarray, "3 n_samples"],
    electrodes: list[str],
    rng: np.random.Generator,
) -> dict[str, Signal]:
    """Return the potential at each electrode, in µV at 100 Hz."""
    first, stop = (epoch * EPOCH_S for epoch in night.night)
    elapsed = np.clip((np.arange(len(weights)) - first) / max(stop - first, 1), 0, 1)
    levels = signal.band_levels(weights, night.subject, elapsed, rng)
    found = {name: np.zeros(waves.shape[1], dtype=np.float32) for name in electrodes}
    for band, shape in enumerate(signal.band_shapes(night.subject)):
        noise, level = signal.coloured(waves.shape[1], shape, rng), signal.to_samples(levels[:, band])
        for name, one in found.items():
            # shifting the same noise is as good as new noise, and costs nothing
            own = np.roll(noise, int(rng.integers(len(noise) // 8, 7 * len(noise) // 8)))
            mixed = np.sqrt(COHERENCE) * noise + np.sqrt(1 - COHERENCE) * own
            one += (REGIONS[_region(name)][band] * level * mixed).astype(np.float32)
    for name, one in found.items():
        front, back = EVENTS[_region(name)]
        one += np.float32(front) * waves[0] + np.float32(back) * waves[1]
        one *= np.float32(np.exp(rng.normal(0, SIDE)))
    return found


def _region(electrode: str) -> str:
    return electrode.rstrip("0123456789")


def _own(n_samples: int, rng: np.random.Generator) -> Signal:
    return signal.coloured(n_samples, lambda f: f**-0.6, rng)


def _fast(slow: Signal, rng: np.random.Generator) -> Fast:
    """Resample a signal from 100 Hz to 250 Hz, and add amplifier noise."""
    fast = scipy.signal.resample_poly(slow.astype(np.float32), SFREQ // 50, signal.SFREQ // 50)
    return np.asarray(fast + AMPLIFIER_UV * rng.standard_normal(len(fast), dtype=np.float32))


def _muscle(weights: Weights, gain: float, rng: np.random.Generator) -> Fast:
    """Draw the chin EMG: noise above 10 Hz, with a strength that depends on the stage."""
    tone = np.exp(weights @ np.log(TONE_UV) + signal.wander((len(weights), 1), 0.25, 120.0, rng)[:, 0])
    noise = rng.standard_normal(len(weights) * SFREQ, dtype=np.float32)
    high = scipy.signal.sosfilt(scipy.signal.butter(2, 10, "highpass", fs=SFREQ, output="sos"), noise)
    return np.asarray(np.repeat((gain * tone).astype(np.float32), SFREQ) * high.astype(np.float32))


def _heart(n_seconds: int, rng: np.random.Generator) -> Fast:
    """Draw the ECG: a wave at every beat, and some noise."""
    n_samples = n_seconds * SFREQ
    beats = np.cumsum(np.maximum(rng.normal(*RR_S, int(2 * n_seconds / RR_S[0]) + 1), 0.4))
    train = np.zeros(n_samples, dtype=np.float32)
    places = np.rint(beats * SFREQ).astype(int)
    train[places[places < n_samples]] = HEART_UV
    t = np.arange(-SFREQ // 2, SFREQ // 2 + 1) / SFREQ
    wave = sum(height * np.exp(-(((t - place) / width) ** 2) / 2) for place, width, height in QRST)
    clean = scipy.signal.oaconvolve(train, np.asarray(wave, dtype=np.float32), mode="same")
    return np.asarray(clean + 5 * rng.standard_normal(n_samples, dtype=np.float32))
