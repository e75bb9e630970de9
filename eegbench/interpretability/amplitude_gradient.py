"""Gradient of a score with respect to the amplitude of each frequency in each channel, at constant phase.

A window is ``irfft(A · exp(iΦ))``. A sample at t is then the sum over frequencies of ``m/T · A · cos(2πft/T + Φ)``,
with m = 2, but 1 at 0 Hz and at half the sampling rate. By the chain rule, the gradient with respect to A is ``m/T ·
Re(exp(−iΦ) · rfft(g))``, where g is the gradient with respect to samples. It costs one Fourier transform more than an
ordinary gradient. Unlike an ordinary gradient it can be averaged over windows, because it is relative to the phase of
each window.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.interpretability.average import averaged
from eegbench.interpretability.base import Attribution, Method, Scene, Scores
from eegbench.interpretability.gradient import time_gradients
from eegbench.interpretability.spectrum import sides


class AmplitudeGradient(Method):
    """Mean over windows of the derivative of each score with respect to each amplitude, with its standard error.

    Amplitudes are absolute values of the unnormalised Fourier transform of the whole window. For small perturbations of
    the same size in each bin, their correlation with a score is this gradient times a constant of the score.
    """

    def check(self, scene: Scene) -> None:
        """Refuse an empty pass band."""
        _ = scene.passed

    def explain(self, scene: Scene, rng: np.random.Generator) -> Attribution:  # noqa: ARG002  no random numbers
        """Return a map by class, channel and frequency."""
        passed = torch.from_numpy(scene.passed).to(scene.device)
        mean = averaged(scene, lambda batch: amplitude_gradients(batch.scores, batch.x)[..., passed])
        return Attribution(
            values=mean.values,
            measure=f"score per {scene.unit} of spectral amplitude",
            axis="frequency_hz",
            places=scene.frequencies,
            outputs=scene.classes,
            channels=scene.group.channels,
            standard_error=mean.standard_error,
            by_subject=mean.by_subject,
        )


def amplitude_gradients(
    scores: Scores, x: Float[Tensor, "batch n_channels n_times"]
) -> Float[Tensor, "n_outputs batch n_channels n_freqs"]:
    """Return the derivative of each score of each window with respect to its amplitudes.

    Parameters
    ----------
    scores
        Function from windows to scores, differentiable; the scores of a window depend on that window only.
    x
        Windows.

    Returns
    -------
    Tensor
        In score per unit of ``|rfft(x)|``; 0 where an amplitude is 0 and its phase is undefined.
    """
    n_times = x.shape[-1]
    phases = torch.sgn(torch.fft.rfft(x))
    spectra = torch.fft.rfft(time_gradients(scores, x))
    return sides(n_times, x.device) / n_times * (phases.conj() * spectra).real
