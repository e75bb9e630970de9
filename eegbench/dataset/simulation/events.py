"""Events in the EEG with known onsets: spindles, K-complexes, eye movements, movements, ….

Each kind is a row of `KINDS`. Rates and sizes are of the order given for adults by the AASM manual and textbooks; they
were not measured.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from eegbench.dataset.simulation.signal import SFREQ, Weights
from eegbench.dataset.simulation.subject import Subject

Wave = Float[np.ndarray, "n_times"]


@dataclass(frozen=True)
class Moment:
    """Input of a wave: time in s from its onset, the subject's spindle frequency in Hz, and a random generator."""

    t: Wave
    spindle_hz: float
    rng: np.random.Generator


@dataclass(frozen=True)
class Kind:
    """A kind of event.

    Attributes
    ----------
    name
        Name in the table of events.
    per_minute
        Rate in W, N1, N2, N3 and R.
    duration_s
        Minimum and maximum; the logarithm is uniformly distributed.
    peak_uv
        Median of its largest deflection for a gain of 1.
    gains
        Gains on ``EEG Fpz-Cz``, ``EEG Pz-Oz`` and ``EOG horizontal``.
    wave
        Function that returns a deflection of about unit peak.
    clusters
        Shape of the gamma distribution of the rate in 20-s segments: small values give bursts.
    """

    name: str
    per_minute: tuple[float, float, float, float, float]
    duration_s: tuple[float, float]
    peak_uv: float
    gains: tuple[float, float, float]
    wave: Callable[[Moment], Wave]
    clusters: float


def draw_events(weights: Weights, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the times of events of every kind.

    Returns
    -------
    events
        Events in order of time: ``kind``, ``onset_s`` from the recording's start, ``duration_s``, ``peak_uv``.
    """
    tables = [_draw_kind(kind, weights, subject, rng) for kind in KINDS]
    return pd.concat(tables).sort_values("onset_s", kind="stable", ignore_index=True)


def add_events(
    signals: Float[np.ndarray, "3 n_samples"],
    events: pd.DataFrame,
    subject: Subject,
    rng: np.random.Generator,
    factors: Mapping[str, Float[np.ndarray, "3"]] | None = None,
) -> None:
    """Add the waves of a table of events to EEG Fpz-Cz, EEG Pz-Oz and EOG horizontal, in place.

    Parameters
    ----------
    signals
        Signals in µV at 100 Hz (3, n_samples).
    events
        Table from `draw_events`.
    subject
        Subject with the spindle frequency.
    rng
        Source of randomness.
    factors
        Factors on the gains of each kind of event (3,); None means 1.
    """
    kinds = {kind.name: kind for kind in KINDS}
    gains = {name: np.asarray(kind.gains) * (factors[name] if factors else 1) for name, kind in kinds.items()}
    for name, onset_s, duration_s, peak_uv in events.itertuples(index=False):
        start = round(onset_s * SFREQ)
        part = signals[:, start : start + round(duration_s * SFREQ)]
        t = np.arange(part.shape[1]) / SFREQ
        wave = peak_uv * kinds[name].wave(Moment(t, subject.spindle_hz, rng))
        part += gains[name][:, None] * wave


def _draw_kind(kind: Kind, weights: Weights, subject: Subject, rng: np.random.Generator) -> pd.DataFrame:
    per_second = weights @ np.array(kind.per_minute) / 60
    bursts = rng.gamma(kind.clusters, 1 / kind.clusters, -(-len(weights) // 20)).repeat(20)[: len(weights)]
    density = subject.density if kind.name in ("spindle", "k_complex") else 1.0
    seconds = np.repeat(np.arange(len(weights)), rng.poisson(per_second * bursts * density))
    low, high = np.log(kind.duration_s)
    return pd.DataFrame(
        {
            "kind": kind.name,
            "onset_s": seconds + rng.random(len(seconds)),
            "duration_s": np.exp(rng.uniform(low, high, len(seconds))),
            "peak_uv": kind.peak_uv * np.exp(rng.normal(0, 0.3, len(seconds))),
        }
    )


def _hann(t: Wave) -> Wave:
    return np.asarray(np.sin(np.pi * (np.arange(len(t)) + 0.5) / max(len(t), 1)) ** 2)


def _bump(t: Wave, centre_s: float, width_s: float) -> Wave:
    return np.asarray(np.exp(-(((t - centre_s) / width_s) ** 2)))


def _spindle(moment: Moment) -> Wave:
    hz = moment.spindle_hz + moment.rng.normal(0, 0.3)
    return np.asarray(_hann(moment.t) * np.sin(2 * np.pi * hz * moment.t))


def _k_complex(moment: Moment) -> Wave:
    return _bump(moment.t, 0.55, 0.22) * 0.7 - _bump(moment.t, 0.2, 0.09)


def _vertex_wave(moment: Moment) -> Wave:
    return 0.3 * _bump(moment.t, 0.22, 0.06) - _bump(moment.t, 0.1, 0.04)


def _sawtooth(moment: Moment) -> Wave:
    phase = (moment.t * moment.rng.uniform(2.0, 4.0)) % 1
    return np.asarray(_hann(moment.t) * (4 * np.abs(phase**1.5 - 0.5) - 1))  # with asymmetric flanks


def _slow_eye_movement(moment: Moment) -> Wave:
    hz, phase = moment.rng.uniform(0.2, 0.5), moment.rng.uniform(0, 2 * np.pi)
    return np.asarray(_hann(moment.t) * np.sin(2 * np.pi * hz * moment.t + phase))


def _rapid_eye_movement(moment: Moment) -> Wave:
    jump = 1 / (1 + np.exp(-(moment.t - 0.08) / 0.015))  # a saccade, which decays through the 0.5-Hz high-pass
    return np.asarray(moment.rng.choice([-1, 1]) * jump * np.exp(-moment.t / 0.3) * 1.3)


def _blink(moment: Moment) -> Wave:
    return _bump(moment.t, 0.14, 0.06) - 0.25 * _bump(moment.t, 0.34, 0.08)


def _movement(moment: Moment) -> Wave:
    n = len(moment.t)
    knots = moment.rng.standard_normal(n // 40 + 2)  # a point every 0.4 s
    slow = np.interp(np.arange(n) / 40, np.arange(len(knots)), knots)
    return np.asarray(_hann(moment.t) * (slow + 0.4 * moment.rng.standard_normal(n)))


def _pop(moment: Moment) -> Wave:
    return np.asarray(moment.rng.choice([-1, 1]) * np.exp(-moment.t / 0.35))


KINDS = (
    Kind("spindle", (0.0, 0.2, 4.0, 1.0, 0.0), (0.5, 1.6), 20.0, (1.0, 0.8, 0.1), _spindle, 1.0),
    Kind("k_complex", (0.0, 0.0, 1.3, 0.8, 0.0), (0.9, 1.3), 75.0, (1.0, 0.35, 0.25), _k_complex, 1.0),
    Kind("vertex_wave", (0.0, 2.5, 0.3, 0.0, 0.0), (0.3, 0.4), 45.0, (1.0, 0.3, 0.1), _vertex_wave, 0.7),
    Kind("sawtooth", (0.0, 0.0, 0.0, 0.0, 1.2), (1.5, 5.0), 22.0, (1.0, 0.5, 0.15), _sawtooth, 0.5),
    Kind("slow_eye_movement", (0.6, 2.0, 0.1, 0.0, 0.1), (3.0, 8.0), 70.0, (0.10, 0.03, 1.0), _slow_eye_movement, 0.7),
    Kind(
        "rapid_eye_movement", (3.0, 0.4, 0.0, 0.0, 7.0), (0.8, 1.2), 110.0, (0.35, 0.03, 1.0), _rapid_eye_movement, 0.3
    ),
    Kind("blink", (7.0, 0.5, 0.0, 0.0, 0.4), (0.4, 0.5), 90.0, (0.8, 0.08, 0.4), _blink, 0.3),
    Kind("movement", (0.25, 0.12, 0.04, 0.03, 0.06), (2.0, 20.0), 90.0, (1.0, 0.8, 1.2), _movement, 0.3),
    Kind("pop", (0.02, 0.02, 0.02, 0.02, 0.02), (1.5, 2.5), 150.0, (1.0, 0.0, 0.1), _pop, 0.1),
)
"""All kinds of event; the last two are artefacts."""
