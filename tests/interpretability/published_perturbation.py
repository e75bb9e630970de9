"""The published perturbation in plain NumPy, in double precision, and what a linear network must give."""

from collections.abc import Callable, Sequence

import numpy as np


def published(x, noises: Sequence[np.ndarray], predict: Callable, kind: str) -> np.ndarray:
    """Mean over iterations of the correlations (n_channels, n_frequencies, n_outputs)."""
    spectrum = np.fft.rfft(x.astype(np.float64), axis=2)
    amplitude, phase = np.abs(spectrum), np.angle(spectrum)
    before = predict(x)
    every = []
    for noise in noises:
        new_amplitude, new_phase, effect = disturbed(amplitude, phase, noise, kind)
        after = predict(np.fft.irfft(new_amplitude * np.exp(1j * new_phase), n=x.shape[2], axis=2))
        every.append(correlations(effect, after - before))
    return np.mean(every, axis=0)


def disturbed(amplitude, phase, noise, kind):
    if kind == "additive":
        new = np.maximum(amplitude + noise, 0)
        return new, phase, new - amplitude
    if kind == "multiplicative":
        return np.maximum(amplitude * noise, 0), phase, noise
    return amplitude, (phase + noise + np.pi) % (2 * np.pi) - np.pi, np.abs(noise)


def correlations(a, d):
    """Pearson over the first axis, (n, n_channels, n_frequencies) with (n, n_outputs); 0 where nothing varies."""
    a, d = a - a.mean(0), d - d.mean(0)
    covariance = np.einsum("ncf,nk->cfk", a, d) / (len(a) - 1)
    scale = a.std(0, ddof=1)[..., None] * d.std(0, ddof=1)
    return np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)


def amplitude_gradient(w, x):
    """Derivative of Σ w·x by each amplitude: m/T · Re(e^{iΦ} conj W), where m is 2, and 1 at both ends."""
    n_times = x.shape[2]
    twice = np.full(n_times // 2 + 1, 2.0)
    twice[0] = 1
    if n_times % 2 == 0:
        twice[-1] = 1
    phase = np.angle(np.fft.rfft(x, axis=2))
    return twice / n_times * (np.exp(1j * phase) * np.conj(np.fft.rfft(w, axis=-1))).real


def expected_correlation(gradient):
    """Return the expected correlation for small unit noise on every amplitude (n_channels, n_frequencies)."""
    return gradient.mean(0) / np.sqrt((gradient**2).mean(0).sum())
