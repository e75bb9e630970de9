"""A simulated night of one subject: signals as recorded by an amplifier, and the true stages behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from jaxtyping import Float

from eegbench.dataset.simulation import signal
from eegbench.dataset.simulation.background import draw_noise, draw_waves
from eegbench.dataset.simulation.events import add_events, draw_events
from eegbench.dataset.simulation.hypnogram import Hypnogram, describe_epochs, draw_hypnogram
from eegbench.dataset.simulation.levels import draw_levels, draw_person
from eegbench.dataset.simulation.measured_spectra import REAL_SPECTRA
from eegbench.dataset.simulation.signal import SFREQ, Weights
from eegbench.dataset.simulation.spectra import SpectrumStatistics
from eegbench.dataset.simulation.statistics import EPOCH_S, Stages
from eegbench.dataset.simulation.subject import Subject

Version = Literal[1, 2]

SIMULATOR_VERSIONS: Mapping[Version, str] = {1: "1.0", 2: "2.0"}
"""Part of the identity of every simulated file; it changes with every change of the version's data."""

EEG_EOG = ("EEG Fpz-Cz", "EEG Pz-Oz", "EOG horizontal")
EMG = "EMG submental"

TONE_UV = np.array([2.6, 1.9, 1.5, 1.3, 0.8])
"""Rectified chin EMG in W, N1, N2, N3 and R in µV; 3.4 in the waking first minutes of SC4001E0."""

FLAT_NIGHTS = 0.25
"""Fraction of nights in which an electrode is disconnected for a while."""

MIN_HOURS, MAX_HOURS = 1.0, 24.0


@dataclass(frozen=True)
class Night:
    """One simulated recording.

    Attributes
    ----------
    subject
        The simulated subject.
    session
        Number of the night, from 1.
    signals
        ``EEG Fpz-Cz``, ``EEG Pz-Oz`` and ``EOG horizontal`` in µV at 100 Hz (3, n_samples).
    emg
        ``EMG submental``, rectified and smoothed, in µV at 1 Hz (n_seconds,).
    descriptions
        Labels of the expert for each epoch of 30 s, as texts of Sleep-EDF.
    hypnogram
        Labels of the expert and true stages as indices into `STAGES`.
    events
        All spindles, K-complexes, eye movements and artefacts: ``kind``, ``onset_s``, ``duration_s``, ``peak_uv``.
    """

    subject: Subject
    session: int
    signals: Float[np.ndarray, "3 n_samples"]
    emg: Float[np.ndarray, "n_seconds"]
    descriptions: tuple[str, ...]
    hypnogram: Hypnogram
    events: pd.DataFrame


def simulate_night(
    subject: Subject,
    *,
    session: int,
    hours: float,
    seed: int,
    version: Version = 2,
    spectra: SpectrumStatistics = REAL_SPECTRA,
) -> Night:
    """Simulate one night; the same arguments give the same night.

    Parameters
    ----------
    subject
        The subject, from `draw_subject`.
    session
        Number of the subject's night, from 1.
    hours
        Length of the recording including wake on both sides, 1 to 24. From about 9 hours on, the night has its natural
        length and the rest is wake; a shorter recording has a shorter night with the same course.
    seed
        Seed of the complete set of nights.
    version
        Version of the simulator: 2 has the spectra of real nights, 1 those of the first published tables. Both have the
        same labels, true stages and events.
    spectra
        Statistics for version 2.

    Raises
    ------
    ValueError
        If ``hours`` is out of range.
    """
    if not MIN_HOURS <= hours <= MAX_HOURS:
        raise ValueError(f"hours={hours}: a simulated record lasts {MIN_HOURS:g} to {MAX_HOURS:g} hours.")
    rng = np.random.default_rng([seed, subject.number, session])
    hypnogram = draw_hypnogram(subject, hours=hours, rng=rng)
    weights = signal.stage_weights(hypnogram.truth)
    events = draw_events(weights, subject, rng)
    if version == 1:
        signals = _draw_signals(weights, hypnogram.night, events, subject, rng)
    else:
        signals = _draw_measured(weights, hypnogram.night, events, subject, spectra, rng)
    _come_loose(signals, rng)
    moving = _seconds_of(events, "movement", len(weights))
    emg = _draw_emg(weights, moving, subject, rng)
    hidden = (moving.reshape(-1, EPOCH_S).mean(axis=1) > 0.5).astype(np.int64)
    descriptions = tuple(describe_epochs(hypnogram.labels, hidden, rng))
    return Night(subject, session, signals, emg, descriptions, hypnogram, events)


def _draw_signals(
    weights: Weights, night: tuple[int, int], events: pd.DataFrame, subject: Subject, rng: np.random.Generator
) -> Float[np.ndarray, "3 n_samples"]:
    elapsed = _elapsed(len(weights), night[0] * EPOCH_S, night[1] * EPOCH_S)
    levels = signal.band_levels(weights, subject, elapsed, rng)
    frontal, parietal = signal.draw_background(levels, subject, rng)
    signals = np.stack([frontal, parietal, _draw_eog(frontal, rng)])
    add_events(signals, events, subject, rng)
    drift = signal.draw_drift(len(frontal), rng)
    signals += np.array([[1.0], [-0.6], [2.0]], dtype=np.float32) * drift
    wander = np.exp(signal.wander((len(weights), 3), 0.10, 3600.0, rng))
    for channel in range(3):
        signals[channel] *= subject.gains[channel] * signal.to_samples(wander[:, channel])
    return signals


def _draw_measured(
    weights: Weights,
    night: tuple[int, int],
    events: pd.DataFrame,
    subject: Subject,
    spectra: SpectrumStatistics,
    rng: np.random.Generator,
) -> Float[np.ndarray, "3 n_samples"]:
    person = draw_person(subject, spectra, rng)
    elapsed = _elapsed(len(weights) // EPOCH_S, *night)
    levels = draw_levels(weights, person, elapsed, spectra, rng)
    signals = draw_waves(events, len(weights) * SFREQ, subject, person, rng)
    noise = draw_noise(levels, weights, signals[:2], subject, rng)
    signals[:2] += noise
    signals[2] += _draw_eog(noise[0], rng) + 2 * signal.draw_drift(signals.shape[1], rng)
    wander = np.exp(signal.wander((len(weights), 1), 0.10, 3600.0, rng)[:, 0])
    signals[2] *= subject.gains[2] * signal.to_samples(wander)
    return signals


def _draw_eog(frontal: Float[np.ndarray, "n_samples"], rng: np.random.Generator) -> Float[np.ndarray, "n_samples"]:
    own = signal.coloured(len(frontal), lambda f: f**-0.6, rng)
    return 6 * own + 0.35 * frontal  # the EOG includes frontal EEG


def _elapsed(n: int, first: int, stop: int) -> Float[np.ndarray, "n"]:
    return np.clip((np.arange(n) - first) / (stop - first), 0, 1)


def _draw_emg(
    weights: Weights, moving: Stages, subject: Subject, rng: np.random.Generator
) -> Float[np.ndarray, "n_seconds"]:
    tone = np.exp(weights @ np.log(TONE_UV) + signal.wander((len(weights), 1), 0.25, 120.0, rng)[:, 0])
    jitter = np.exp(rng.normal(0, 0.03, len(weights)))
    return np.asarray(np.clip(subject.gains[3] * tone * jitter * (1 + 1.5 * moving), 0, 5))


def _seconds_of(events: pd.DataFrame, kind: str, n_seconds: int) -> Stages:
    marked = np.zeros(n_seconds, dtype=np.int64)
    times = events.loc[events["kind"] == kind, ["onset_s", "duration_s"]].to_numpy()
    for onset_s, duration_s in times:
        marked[int(onset_s) : int(onset_s + duration_s) + 1] = 1
    return marked


def _come_loose(signals: Float[np.ndarray, "3 n_samples"], rng: np.random.Generator) -> None:
    if rng.random() < FLAT_NIGHTS:
        start, n_flat = int(rng.integers(signals.shape[1])), int(rng.uniform(10, 120) * SFREQ)
        signals[int(rng.integers(2)), start : start + n_flat] = 0.0
