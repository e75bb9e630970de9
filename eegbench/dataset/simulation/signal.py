"""Background EEG: noise in seven bands whose strengths depend on the stage, the subject and the time of night.

Amplitudes are root mean squares in µV as recorded by an amplifier with Sleep-EDF's high-pass of 0.5 Hz.
"""

from collections.abc import Callable

import numpy as np
import scipy  # loads its parts, for half a second, where they are first used
from jaxtyping import Float

from eegbench.dataset.simulation.statistics import EPOCH_S, STAGES, Stages
from eegbench.dataset.simulation.subject import BANDS, Subject

SFREQ = 100
"""Sampling rate of EEG and EOG in Hz."""

LEVEL_UV = np.array(
    [  # pink, delta, theta, alpha, sigma, beta, white
        [5.0, 4.0, 2.3, 5.0, 1.2, 2.1, 2.8],  # W
        [5.0, 5.0, 4.0, 2.4, 1.2, 1.5, 1.6],  # N1
        [5.5, 11.0, 3.5, 1.8, 2.1, 1.0, 0.9],  # N2
        [6.0, 28.0, 4.2, 1.7, 1.6, 0.8, 0.8],  # N3
        [5.0, 4.0, 3.4, 1.7, 0.7, 1.3, 0.8],  # R
    ]
)
"""Amplitudes on ``EEG Fpz-Cz``, for a subject without traits."""

PARIETAL = np.array([0.65, 0.50, 0.75, 1.50, 0.80, 0.80, 0.80])
"""Factors for ``EEG Pz-Oz``: little delta, strong alpha (compare SC4001E0-PSG.first300s.edf)."""

COHERENCE = 0.6
"""Correlation of a band's noise between the two derivations."""

SMOOTHING_S = 15
"""Length in seconds of a moving average, applied twice: stages change over half a minute, not at once."""

WANDER = ((0.12, 40.0), (0.10, 900.0))
"""Standard deviation in nats and time constant in s of other variation of a band's level."""

AGE_EFFECT = np.array([0.0, -0.04, -0.02, 0.0, -0.03, 0.02, 0.01])
"""Nats per decade. Less delta, theta and sigma and more beta with age: direction from Carrier et al. 2001 (PMID
11347869); the sizes are ours."""

SEX_EFFECT = np.array([0.05, 0.10, 0.06, 0.04, 0.06, 0.0, 0.0])
"""Nats, women above men: direction from Carrier et al. 2001; the sizes are ours."""

DISSIPATION = np.array([0.0, 0.0, 0.12, 0.30, 0.0])
"""Decrease of delta in each stage over the night, in nats."""

DRIFT_UV = 4.0
"""Amplitude of drift below 0.5 Hz in µV, from sweat and electrodes."""

Signal = Float[np.ndarray, "n_samples"]
Weights = Float[np.ndarray, "n_seconds 5"]


def stage_weights(truth: Stages) -> Weights:
    """Return the fraction of each stage in each second; the rows sum to 1."""
    return smooth_stages(np.eye(len(STAGES))[truth])


def smooth_stages(shares: Float[np.ndarray, "n_epochs 5"]) -> Weights:
    """Interpolate between the stages of the epochs, second by second."""
    seconds = np.repeat(shares, EPOCH_S, axis=0)
    once = scipy.ndimage.uniform_filter1d(seconds, SMOOTHING_S, axis=0, mode="nearest")
    twice = scipy.ndimage.uniform_filter1d(once, SMOOTHING_S, axis=0, mode="nearest")
    return np.asarray(np.clip(twice, 0, 1))  # running sums leave -1e-17


def band_levels(
    weights: Weights, subject: Subject, elapsed: Float[np.ndarray, "n_seconds"], rng: np.random.Generator
) -> Float[np.ndarray, "n_seconds 7"]:
    """Return the amplitude in µV of each band in each second.

    Parameters
    ----------
    weights
        Fraction of each stage in each second.
    subject
        The simulated subject.
    elapsed
        Elapsed fraction of the night (n_seconds,).
    rng
        Source of randomness.
    """
    person = AGE_EFFECT * subject.decades + SEX_EFFECT * (0.5 if subject.sex == "F" else -0.5)
    log_level = weights @ (np.log(LEVEL_UV) + subject.traits) + person
    log_level[:, BANDS.index("delta")] -= (weights @ DISSIPATION) * (elapsed - 0.5)
    for spread, constant_s in WANDER:
        log_level += wander(log_level.shape, spread, constant_s, rng)
    return np.asarray(np.exp(log_level))


def draw_background(
    levels: Float[np.ndarray, "n_seconds 7"], subject: Subject, rng: np.random.Generator
) -> tuple[Signal, Signal]:
    """Draw the background on ``EEG Fpz-Cz`` and ``EEG Pz-Oz``, in µV."""
    n_samples = len(levels) * SFREQ
    frontal, parietal = np.zeros((2, n_samples), dtype=np.float32)
    for band, shape in enumerate(band_shapes(subject)):
        noise = coloured(n_samples, shape, rng)
        level = to_samples(levels[:, band])
        frontal += level * noise
        # shifting the same noise is as good as new noise, and costs nothing
        other = np.roll(noise, int(rng.integers(n_samples // 4, n_samples // 2)))
        mixed = COHERENCE * noise + np.sqrt(1 - COHERENCE**2) * other
        parietal += PARIETAL[band] * level * mixed
    return frontal, parietal


def draw_drift(n_samples: int, rng: np.random.Generator) -> Signal:
    """Draw the slow drift of one electrode, in µV, whose strength varies over the night."""
    strength = DRIFT_UV * np.exp(wander((n_samples // SFREQ, 1), 0.6, 1200.0, rng)[:, 0])
    return to_samples(strength) * coloured(n_samples, lambda f: np.exp(-(((f - 0.25) / 0.12) ** 2)), rng)


def band_shapes(subject: Subject) -> list[Callable[[Signal], Signal]]:
    """Return the amplitude of each band's noise over frequency in Hz, in the order of `BANDS`."""
    return [
        lambda f: f**-0.75,
        lambda f: np.exp(-((np.log(f / 1.3) / 0.5) ** 2)),
        lambda f: _peak(f, 5.5, 1.2),
        lambda f: _peak(f, subject.alpha_hz, 0.9),
        lambda f: _peak(f, subject.spindle_hz, 0.9),
        lambda f: _peak(f, 20.0, 4.0),
        lambda f: np.minimum(f / 10, 1.0),
    ]


def coloured(n_samples: int, shape: Callable[[Signal], Signal], rng: np.random.Generator) -> Signal:
    """Draw noise of unit variance with a given amplitude over frequency, above a high-pass of 0.5 Hz."""
    n_fast = scipy.fft.next_fast_len(n_samples, real=True)
    f = scipy.fft.rfftfreq(n_fast, 1 / SFREQ)[1:].astype(np.float32)
    amplitude = shape(f) * f**2 / (f**2 + 0.25)
    kept = np.flatnonzero(amplitude > 1e-3 * amplitude.max())
    spectrum = np.zeros(n_fast // 2 + 1, dtype=np.complex64)
    draws = rng.standard_normal((len(kept), 2), dtype=np.float32).view(np.complex64)[:, 0]
    spectrum[kept + 1] = draws * amplitude[kept] * (n_fast / 2 / np.sqrt((amplitude[kept] ** 2).sum()))
    return np.asarray(scipy.fft.irfft(spectrum, n_fast)[:n_samples])


def wander(
    shape: tuple[int, int], spread: float, constant_s: float, rng: np.random.Generator
) -> Float[np.ndarray, "n_seconds n"]:
    """Draw stationary random walks with mean 0, one value per second."""
    keep = np.exp(-1 / constant_s)
    steps = rng.normal(0, spread * np.sqrt(1 - keep**2), shape)
    steps[0] = rng.normal(0, spread, shape[1])
    return np.asarray(scipy.signal.lfilter([1.0], [1.0, -keep], steps, axis=0))


def to_samples(seconds: Float[np.ndarray, "n_seconds"]) -> Signal:
    """Interpolate linearly between the values of consecutive seconds."""
    ramp = np.arange(SFREQ, dtype=np.float32) / SFREQ
    now = seconds.astype(np.float32)[:, None]
    step = np.diff(now, axis=0, append=now[-1:])
    return np.asarray((now + step * ramp).ravel())


def _peak(f: Signal, centre: float, width: float) -> Signal:
    return np.asarray(np.exp(-(((f - centre) / width) ** 2) / 2))
