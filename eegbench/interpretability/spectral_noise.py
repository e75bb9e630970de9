"""Noise on a window's spectrum: additive or multiplicative on amplitudes, or on phases.

References
----------
Schirrmeister et al., Human Brain Mapping 38 (2017), DOI 10.1002/hbm.23730.
"""

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Complex, Float
from torch import Tensor

Kind = Literal["additive", "multiplicative", "phase"]
Spectrum = Complex[Tensor, "batch n_channels n_frequencies"]
Noise = Float[Tensor, "batch #n_channels n_frequencies"]


def perturb(
    x: Float[Tensor, "batch n_channels n_times"], noise: Noise, kind: Kind
) -> tuple[Float[Tensor, "batch n_channels n_times"], Noise]:
    """Return windows with noise on their spectra, and the effective noise.

    Parameters
    ----------
    x
        Windows.
    noise
        ``additive``: added to the amplitudes of the unnormalised transform; the effective noise is the change after
        clipping of amplitudes at 0. ``multiplicative``: amplitudes times 1 + noise, clipped at 0; the effective noise
        is the noise. ``phase``: radians added to the phases of all channels, (batch, 1, n_frequencies); the effective
        noise is its absolute value.
    kind
        Kind of noise.
    """
    change, effect = _CHANGES[kind](torch.fft.rfft(x), noise)
    # transforming only the change keeps rounding in proportion to it; n distinguishes odd lengths from even ones
    return x + torch.fft.irfft(change, n=x.shape[-1]), effect


def _additive(spectrum: Spectrum, noise: Noise) -> tuple[Spectrum, Noise]:
    amplitude = spectrum.abs()
    effect = torch.maximum(noise, -amplitude)
    phase_factor = spectrum.sgn().masked_fill_(amplitude == 0, 1)  # the phase of nothing is 0
    return phase_factor.mul_(effect), effect


def _multiplicative(spectrum: Spectrum, noise: Noise) -> tuple[Spectrum, Noise]:
    return spectrum.mul_(noise.clamp(min=-1)), noise


def _phase(spectrum: Spectrum, noise: Noise) -> tuple[Spectrum, Noise]:
    return spectrum.mul_(torch.polar(torch.ones_like(noise), noise).sub_(1)), noise.abs()


_CHANGES: dict[Kind, Callable[[Spectrum, Noise], tuple[Spectrum, Noise]]] = {
    "additive": _additive,
    "multiplicative": _multiplicative,
    "phase": _phase,
}
