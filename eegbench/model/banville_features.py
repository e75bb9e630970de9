"""The hand-made features of Banville et al. 2021, 37 for each channel, without trainable parameters.

Conventions
-----------
Units follow the store: µV, or standard deviations if it normalises the windows. Powers, their ratios and Hjorth's
activity are natural logarithms with a floor, so that a flat window gives finite values. Moments are divided by the
number of samples, as in NumPy.
"""

import math
from itertools import pairwise, permutations

import numpy as np
import torch
from jaxtyping import Float, UInt64
from torch import Tensor

from eegbench.model.base import SignalEncoder
from eegbench.model.spectral_features import FLOOR, SpectralFeatures

MIN_SAMPLES = 64
"""Fewest samples of a window: the rescaled range then has segments of 16 to 32 samples."""

SHORTEST_SEGMENT = 16
"""Shortest segment of the rescaled range in samples; the expected range is inaccurate below."""

N_LENGTHS = 20
"""Number of lengths of segments of the rescaled range, at equal distances on a logarithmic scale."""

TOLERANCE = 0.2
"""Tolerance of approximate entropy as a share of the standard deviation (Pincus 1991)."""

MOMENTS = ("mean", "variance", "skewness", "kurtosis", "standard_deviation")
OTHERS = ("peak_to_peak", "hurst_exponent", "approximate_entropy")
HJORTH = ("log_activity", "mobility", "complexity")


class BanvilleFeatures(SignalEncoder):
    """Describe each channel by moments, band powers and all their ratios, complexity measures and Hjorth parameters.

    The paper counts 37 features a channel for its bands and names 34: mean, variance, skewness, kurtosis, standard
    deviation, five log band powers, their 20 ratios, peak-to-peak amplitude, Hurst exponent, approximate entropy and
    Hjorth complexity. The three that complete the number here are Hjorth activity, Hjorth mobility, and the log power
    of all bands together. Settings that the paper does not state are those of `SpectralFeatures` for powers, segments
    of 16 samples up to half of the window for the Hurst exponent, and two samples with a tolerance of 0.2 standard
    deviations for approximate entropy. Approximate entropy is computed on the CPU, and has no gradient.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    bands_hz
        Edges between neighbouring bands in Hz, ascending; n bands give 12 + n² features.

    Attributes
    ----------
    names
        Name of each feature of a channel, in order.

    Raises
    ------
    ValueError
        If windows have fewer than 64 samples, or in the cases of `SpectralFeatures`.

    References
    ----------
    Banville et al. 2021, J. Neural Eng. 18 046020, doi:10.1088/1741-2552/abca18, section 2.5.
    """

    takes_missing_channels = True  # a missing channel counts as flat

    def __init__(self, *, n_channels: int, n_times: int, sfreq: float, bands_hz: tuple[float, ...]) -> None:
        super().__init__()
        if n_times < MIN_SAMPLES:
            raise ValueError(
                f"model=banville_features: windows have {n_times} samples, and the Hurst exponent needs {MIN_SAMPLES}; "
                "set a longer preprocessing.window_s, or model=spectral_features."
            )
        self._spectral = SpectralFeatures(n_channels=n_channels, n_times=n_times, sfreq=sfreq, bands_hz=bands_hz)
        self._n_bands = len(bands_hz) - 1
        self.names = _names(bands_hz)
        self.embed_dim = n_channels * len(self.names)

    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return one token per channel, in the order of ``names``."""
        known = dict(zip(self._spectral.names, self._spectral.features(x).unbind(-1), strict=True))
        powers = torch.stack(list(known.values())[: self._n_bands], dim=-1)
        first, second = torch.tensor(list(permutations(range(self._n_bands), 2)), device=x.device).reshape(-1, 2).T
        variance = x.var(-1, correction=0)
        return torch.cat(
            [
                torch.stack([known["mean"], variance, known["skewness"], known["kurtosis"]], dim=-1),
                variance.clamp_min(FLOOR**2).sqrt().unsqueeze(-1),
                powers,
                powers[..., first] - powers[..., second],
                powers.logsumexp(-1, keepdim=True),
                torch.stack([x.amax(-1) - x.amin(-1), hurst_exponent(x), approximate_entropy(x)], dim=-1),
                torch.stack([known[name] for name in HJORTH], dim=-1),
            ],
            dim=-1,
        )

    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return the features of all channels, channel by channel."""
        return self.features(x).flatten(1)


def hurst_exponent(x: Float[Tensor, "*batch n_times"]) -> Float[Tensor, "*batch"]:
    """Return the Hurst exponent by the rescaled range: 0.5 for white noise, above it for persistent signals.

    It is the slope of the logarithm of the rescaled range, averaged over segments of a length, against the logarithm of
    this length. The range expected of white noise is divided out, because short segments would bias the slope.

    References
    ----------
    Hurst 1951, Trans. Am. Soc. Civ. Eng. 116, doi:10.1061/TACEAT.0006518. Anis and Lloyd 1976, Biometrika 63(1),
    doi:10.1093/biomet/63.1.111.
    """
    n_times = x.shape[-1]
    lengths = np.unique(np.geomspace(SHORTEST_SEGMENT, n_times // 2, N_LENGTHS).astype(int)).tolist()
    ranges = torch.stack([_rescaled_range(x, length).clamp_min(FLOOR).log() for length in lengths], dim=-1)
    excess = ranges - ranges.new_tensor([_log_expected_range(length) for length in lengths])
    place = ranges.new_tensor(lengths).log()
    place = place - place.mean()
    return (0.5 + (excess * place).sum(-1) / place.square().sum()).to(x.dtype)


def _rescaled_range(x: Float[Tensor, "*batch n_times"], length: int) -> Float[Tensor, "*batch"]:
    """Return the mean over segments of the range of cumulated deviations, divided by the standard deviation."""
    segments = x[..., : x.shape[-1] // length * length].double().unflatten(-1, (-1, length))
    deviations = segments - segments.mean(-1, keepdim=True)
    path = deviations.cumsum(-1)
    scale = deviations.square().mean(-1).clamp_min(FLOOR**2).sqrt()  # in this order, because of the gradient at 0
    return ((path.amax(-1) - path.amin(-1)) / scale).mean(-1)


def _log_expected_range(length: int) -> float:
    """Return the logarithm of the rescaled range expected of white noise (Anis and Lloyd 1976)."""
    i = np.arange(1, length)
    gammas = math.lgamma((length - 1) / 2) - math.lgamma(length / 2) - math.log(math.pi) / 2
    return gammas + math.log(np.sqrt((length - i) / i).sum()) + math.log((length - 0.5) / length)


def approximate_entropy(x: Float[Tensor, "*batch n_times"]) -> Float[Tensor, "*batch"]:
    """Return the approximate entropy of signals: high if patterns of two samples do not foretell the third.

    The time is quadratic in the number of samples: a millisecond or two for 3,000 samples on a core.

    References
    ----------
    Pincus 1991, PNAS 88(6), doi:10.1073/pnas.88.6.2297.
    """
    signals = x.detach().double().reshape(-1, x.shape[-1]).cpu().numpy()
    found = np.array([_entropy_of_one(signal) for signal in signals])
    return torch.from_numpy(found).to(x.device, x.dtype).reshape(x.shape[:-1])


def _entropy_of_one(signal: Float[np.ndarray, "n_times"]) -> float:
    """Return the approximate entropy of one signal, by comparing patterns of 64 places with one operation."""
    pairs = _followed(_similar(signal, TOLERANCE * signal.std()))
    means = []
    for similar in (pairs, _followed(pairs)):
        counts = np.bitwise_count(similar).sum(axis=1, dtype=np.int64)
        means.append(np.log(counts / len(similar)).mean())
    return float(means[0] - means[1])


def _similar(signal: Float[np.ndarray, "n_times"], tolerance: float) -> UInt64[np.ndarray, "n_times n_words"]:
    """Return a bit for each pair of samples: whether they differ by at most the tolerance.

    Samples that are similar to one are neighbours in sorted order, so their bits are those of a range.
    """
    n_times, order = len(signal), np.argsort(signal)
    until = np.zeros((n_times + 1, -(-n_times // 64)), dtype=np.uint64)  # bits of the lowest samples
    until[np.arange(1, n_times + 1), order // 64] = np.uint64(1) << (order % 64).astype(np.uint64)
    np.bitwise_xor.accumulate(until, axis=0, out=until)
    first = np.searchsorted(signal, signal - tolerance, side="left", sorter=order)
    last = np.searchsorted(signal, signal + tolerance, side="right", sorter=order)
    return until[last] ^ until[first]


def _followed(similar: UInt64[np.ndarray, "n n_words"]) -> UInt64[np.ndarray, "_ n_words"]:
    """Return the pairs of places that are similar and whose next places are similar, too."""
    following = similar[1:] >> np.uint64(1)
    following[:, :-1] |= similar[1:, 1:] << np.uint64(63)
    return similar[:-1] & following


def _names(bands_hz: tuple[float, ...]) -> tuple[str, ...]:
    bands = [f"{low:g}-{high:g}" for low, high in pairwise(bands_hz)]
    powers = [f"log_power_{band}" for band in bands]
    ratios = [f"log_ratio_{one}_{other}" for one, other in permutations(bands, 2)]
    return (*MOMENTS, *powers, *ratios, "log_power", *OTHERS, *HJORTH)
