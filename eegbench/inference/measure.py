"""Amplitude and band power of windows, stored for train and compared with new recordings.

Conventions
-----------
Measures are of windows in µV after preprocessing, before standardisation: ``std_uv``, the standard deviation, and the
power of each band in µV², from a periodogram with a Hann window. A band is omitted if the sampling rate or the length
of the windows is too low for it. A missing channel has NaN.
"""

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from eegbench.inference.description import Rows
from eegbench.store.base import WindowStore

BANDS_HZ: Mapping[str, tuple[float, float]] = {
    "delta": (0.5, 4.0),
    "theta": (4.0, 8.0),
    "alpha": (8.0, 12.0),
    "sigma": (12.0, 16.0),
    "beta": (16.0, 30.0),
}
"""The bands of YASA (Vallat and Walker 2021, doi:10.7554/eLife.70092), up to the usual low-pass of sleep recordings."""

QUANTILES = (0.01, 0.5, 0.99)

AT_MOST = 2000
"""Maximum number of windows of train that are measured."""

AT_ONCE = 64
"""Number of windows in a batch."""


def measure(x: Float[Tensor, "n n_channels n_times"], sfreq: float) -> dict[str, Float[Tensor, "n n_channels"]]:
    """Return every measure of windows in µV."""
    centred = x - x.mean(2, keepdim=True)
    taper = torch.hann_window(x.shape[2], device=x.device)
    power = torch.fft.rfft(centred * taper).abs().square() * (2 / (sfreq * taper.square().sum()))
    step_hz = sfreq / x.shape[2]
    hz = torch.arange(power.shape[2], device=x.device) * step_hz
    found = {"std_uv": x.std(2, correction=0)}
    for name, (low, high) in BANDS_HZ.items():
        inside = (hz >= low) & (hz < high)
        if high <= sfreq / 2 and inside.any():
            found[f"{name}_uv2"] = power[:, :, inside].sum(2) * step_hz
    return found


def measure_windows(
    store: WindowStore, rows: Int[np.ndarray, "n"]
) -> dict[str, dict[str, Float[np.ndarray, "n n_channels"]]]:
    """Return every measure of windows of a store, by group and measure."""
    raw = store.normalised("none")
    parts: dict[str, dict[str, list[np.ndarray]]] = {group: {} for group in raw.form.groups}
    batches = [rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE)]
    for windows in raw.each(raw.gather, batches):
        for group, x in windows.x.items():
            present = None if windows.present is None else windows.present[group]
            for name, values in measure(x, raw.form.groups[group].sfreq).items():
                parts[group].setdefault(name, []).append(_known(values, present))
    return {group: {name: np.concatenate(some) for name, some in of.items()} for group, of in parts.items()}


def quantiles(store: WindowStore, rows: Int[np.ndarray, "n"]) -> dict[str, dict[str, Rows]]:
    """Return percentiles of every measure over at most `AT_MOST` windows, evenly spaced in ``rows``."""
    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), AT_MOST)).round().astype(int)]
    found = measure_windows(store, some)
    return {group: {name: _quantiles(values) for name, values in of.items()} for group, of in found.items()}


def _known(values: Float[Tensor, "n n_channels"], present: Bool[Tensor, "n n_channels"] | None) -> np.ndarray:
    return np.asarray((values if present is None else values.masked_fill(~present, torch.nan)).cpu().numpy())


def _quantiles(values: Float[np.ndarray, "n n_channels"]) -> Rows:
    """Return quantiles of each column, NaN if a column has no finite number."""
    known = ~np.isnan(values).all(axis=0)
    found = np.full((len(QUANTILES), values.shape[1]), np.nan)
    found[:, known] = np.nanquantile(values[:, known], QUANTILES, axis=0)
    return tuple(tuple(map(float, row)) for row in found)
