"""Hand-made EEG features: band powers, moments and Hjorth parameters, without trainable parameters.

Conventions
-----------
Units follow the store: µV, or standard deviations if it normalises the windows; powers are then relative. Quantities
that cannot be negative are natural logarithms with a floor, so that a flat window gives finite values.
"""

from itertools import combinations, pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.model.base import SignalEncoder

SEGMENT_S = 4.0
"""Length of Welch's segments in seconds: a resolution of 0.25 Hz, as usual in sleep research."""

FLOOR = 1e-10
"""Floor of powers, variances and amplitudes before a logarithm or a division (µV² or µV)."""

MOMENTS = ("mean", "skewness", "kurtosis", "log_peak_to_peak")
HJORTH = ("log_activity", "mobility", "complexity")


class SpectralFeatures(SignalEncoder):
    """Describe each channel by log band powers, their log ratios, moments, peak-to-peak and Hjorth parameters.

    The list follows Banville et al. 2021, with Hjorth's activity, the variance, also in place of the standard
    deviation, and without the Hurst exponent and approximate entropy. Powers are integrals over [low, high) of a
    Welch density with Hann segments of 4 s (or of the window, if it is shorter), with half overlap and each segment's
    mean removed.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    bands_hz
        Edges between neighbouring bands in Hz, ascending; n edges give n - 1 bands.

    Attributes
    ----------
    names
        Name of each feature of a channel, in order.

    Raises
    ------
    ValueError
        If edges do not ascend, exceed the Nyquist frequency, or leave a band without any frequency.

    References
    ----------
    Banville et al. 2021, J. Neural Eng. 18 046020, doi:10.1088/1741-2552/abca18. Hjorth 1970, EEG analysis based
    on time domain properties, Electroencephalogr. Clin. Neurophysiol. 29(3), doi:10.1016/0013-4694(70)90143-4.
    """

    takes_missing_channels = True  # a missing channel counts as flat
    _taper: Tensor
    _bands: Tensor

    def __init__(self, *, n_channels: int, n_times: int, sfreq: float, bands_hz: tuple[float, ...]) -> None:
        super().__init__()
        _check_edges(bands_hz, sfreq)
        self._length = min(n_times, round(SEGMENT_S * sfreq))
        taper = torch.hann_window(self._length, periodic=True)
        bands = _membership(bands_hz, self._length, sfreq)
        # one-sided density times the distance between frequencies: a band's power is a sum of |FFT|² × scale
        scale = 2 / (sfreq * taper.square().sum()) * (sfreq / self._length)
        self.register_buffer("_taper", taper, persistent=False)
        self.register_buffer("_bands", bands * scale, persistent=False)
        self.names = _names(bands_hz)
        self.embed_dim = n_channels * len(self.names)

    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return one token per channel, in the order of ``names``."""
        powers = self._log_powers(x)
        first, second = torch.combinations(torch.arange(powers.shape[-1], device=x.device)).unbind(-1)
        ratios = powers[..., first] - powers[..., second]
        return torch.cat([powers, ratios, _moments(x), _hjorth(x)], dim=-1)

    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return the features of all channels, channel by channel."""
        return self.features(x).flatten(1)

    def _log_powers(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_channels n_bands"]:
        segments = x.unfold(-1, self._length, self._length - self._length // 2)
        tapered = (segments - segments.mean(-1, keepdim=True)) * self._taper
        density = torch.fft.rfft(tapered).abs().square().mean(-2)
        with torch.autocast(x.device.type, enabled=False):  # a sum in bfloat16 has only two digits
            powers: Tensor = density @ self._bands
        return powers.clamp_min(FLOOR).log()


def _moments(x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_channels n_moments"]:
    mean = x.mean(-1)
    centred = x - mean.unsqueeze(-1)
    squared = centred.square()
    variance = squared.mean(-1).clamp_min(FLOOR)
    skewness = (squared * centred).mean(-1) / variance.pow(1.5)
    kurtosis = squared.square().mean(-1) / variance.square() - 3
    span = (x.amax(-1) - x.amin(-1)).clamp_min(FLOOR)
    return torch.stack([mean, skewness, kurtosis, span.log()], dim=-1)


def _hjorth(x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_channels n_hjorth"]:
    activity, speed, acceleration = (
        signal.var(-1, correction=0).clamp_min(FLOOR) for signal in (x, x.diff(dim=-1), x.diff(n=2, dim=-1))
    )
    mobility = (speed / activity).sqrt()
    return torch.stack([activity.log(), mobility, (acceleration / speed).sqrt() / mobility], dim=-1)


def _names(bands_hz: tuple[float, ...]) -> tuple[str, ...]:
    bands = [f"{low:g}-{high:g}" for low, high in pairwise(bands_hz)]
    powers = [f"log_power_{band}" for band in bands]
    ratios = [f"log_ratio_{one}_{other}" for one, other in combinations(bands, 2)]
    return (*powers, *ratios, *MOMENTS, *HJORTH)


def _membership(bands_hz: tuple[float, ...], length: int, sfreq: float) -> Float[Tensor, "n_freqs n_bands"]:
    """Return 1 for frequencies in a band, which includes its lower edge but not its upper one."""
    freqs = torch.arange(length // 2 + 1, dtype=torch.float64) * sfreq / length
    edges = torch.tensor(bands_hz, dtype=torch.float64)
    inside: Tensor = (freqs[:, None] >= edges[:-1]) & (freqs[:, None] < edges[1:])
    for band, n_freqs in enumerate(inside.sum(0).tolist()):
        if n_freqs == 0:
            raise ValueError(
                f"model.bands_hz: no frequency of a segment of {length / sfreq:.2f} s lies in "
                f"{bands_hz[band]:g}-{bands_hz[band + 1]:g} Hz; set wider bands or a longer preprocessing.window_s."
            )
    return inside.float()


def _check_edges(bands_hz: tuple[float, ...], sfreq: float) -> None:
    ascending = all(low < high for low, high in pairwise(bands_hz))
    if len(bands_hz) < 2 or not ascending or bands_hz[0] <= 0:
        raise ValueError(
            f"model.bands_hz={list(bands_hz)}: expected at least two ascending edges above 0 Hz; "
            f"set model.bands_hz=[0.5,4.5,8.5,11.5,15.5,30]."
        )
    if bands_hz[-1] > sfreq / 2:
        raise ValueError(
            f"model.bands_hz={list(bands_hz)}: the last edge lies above {sfreq / 2:g} Hz, half of the sampling rate; "
            f"set lower edges or a higher preprocessing.signal.sfreq."
        )
