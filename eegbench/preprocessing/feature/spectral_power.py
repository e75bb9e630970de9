"""Strength of frequency bands in parts of a window."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.signal import stft

from eegbench.config import NotNegative, Positive, Text
from eegbench.preprocessing.feature.of_signals import STATISTICS, SignalFeature, Statistic
from eegbench.types import Group


@dataclass(frozen=True, kw_only=True)
class SpectralPower(SignalFeature):
    """Sum of magnitudes of a short-time Fourier transform within bands; ordered by channel, band, part.

    As in Guillot et al. 2020 (doi:10.1109/TNSRE.2020.3011181): the sum of magnitudes, not of powers; Hamming windows;
    half a part of zeros before and after the window, and zeros up to a whole part. Statistics over the parts follow the
    parts of a band.

    Parameters
    ----------
    group
        The group of signals.
    bands_hz
        First and last frequency of each band in Hz, both inclusive.
    part_s
        Length of a part in seconds.
    overlap_s
        Overlap with the next part, in seconds.
    statistics
        Statistics over the parts: any of ``mean``, ``max``, ``median``, ``min`` and ``std``.
    """

    group: Text
    bands_hz: tuple[tuple[float, float], ...]
    part_s: Positive
    overlap_s: NotNegative
    statistics: tuple[Statistic, ...]

    def __post_init__(self) -> None:
        where = "preprocessing.features: spectral_power with"
        if self.overlap_s >= self.part_s:
            raise ValueError(
                f"{where} part_s={self.part_s:g}, overlap_s={self.overlap_s:g}: expected an overlap shorter than a "
                "part."
            )
        wrong = next((band for band in self.bands_hz if not 0 <= band[0] <= band[1]), None)
        if wrong is not None or not self.bands_hz:
            raise ValueError(f"{where} bands_hz={[*map(list, self.bands_hz)]}: expected [[low, high], …] in Hz.")

    def dim(self, group: Group | None) -> int:
        """Return the number of channels times bands times parts and statistics."""
        form = self.form(group)
        f_hz, _, parts = stft(np.zeros(form.n_times), form.sfreq, **self._options(form))
        self._bins(f_hz)
        return form.n_channels * len(self.bands_hz) * (parts.shape[1] + len(self.statistics))

    def compute(
        self, start_s: Float[np.ndarray, "n"], x_uv: Float[np.ndarray, "n n_channels n_times"], group: Group | None
    ) -> Float[np.ndarray, "n dim"]:
        """Return the magnitudes of windows."""
        form = self.form(group)
        f_hz, _, transformed = stft(x_uv, form.sfreq, **self._options(form))
        magnitude = np.abs(transformed)
        parts = np.stack([magnitude[:, :, bins].sum(axis=2) for bins in self._bins(f_hz)], axis=2)
        over = [STATISTICS[name](parts, axis=3, keepdims=True) for name in self.statistics]
        return np.concatenate([parts, *over], axis=3).reshape(len(start_s), -1)

    def _options(self, form: Group) -> dict[str, object]:
        length, overlap = round(self.part_s * form.sfreq), round(self.overlap_s * form.sfreq)
        if length > form.n_times:
            raise ValueError(f"preprocessing.features: part_s={self.part_s:g} is longer than a window.")
        return {"window": "hamming", "nperseg": length, "noverlap": overlap}

    def _bins(self, f_hz: Float[np.ndarray, "n_bins"]) -> list[Bool[np.ndarray, "n_bins"]]:
        """Return a mask of the frequencies in each band."""
        found = [(low <= f_hz) & (f_hz <= high) for low, high in self.bands_hz]
        empty = next((band for band, bins in zip(self.bands_hz, found, strict=True) if not bins.any()), None)
        if empty is not None:
            raise ValueError(
                f"preprocessing.features: the band from {empty[0]:g} to {empty[1]:g} Hz contains no frequency of parts "
                f"of {self.part_s:g} s, which are {f_hz[1]:g} Hz apart; widen it, or leave it out."
            )
        return found
