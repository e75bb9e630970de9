"""Phase swap: tell whether amplitudes and phases of a window come from the same window.

Lemkhenter and Favaro 2021, Boosting generalization in bio-signal classification by learning the phase-amplitude
coupling, doi:10.1007/978-3-030-71278-5_6.
"""

from dataclasses import replace
from typing import ClassVar

import torch
from torch import nn

from eegbench.config import Dropout
from eegbench.model.base import Encoder
from eegbench.store.windows import Views, Windows
from eegbench.task.base import Task
from eegbench.task.outcome import Outcome, answered


class PhaseSwap(Task):
    """Logistic regression on the embedding of a window with its own amplitudes and the phases of it or another.

    Amplitude and phase are those of the Fourier transform of each channel. Windows that are kept go through the
    transform too, so that rounding gives nothing away.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    dropout
        Dropout probability for the embedding.
    """

    roles: ClassVar = {"amplitude": 0, "phase": 0}
    sampler = "amplitude_phase"
    metrics = ("accuracy",)
    classes = ("kept", "swapped")

    def __init__(self, *, embed_dim: int, dropout: Dropout) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(embed_dim, 1))

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:  # noqa: ARG002  nothing drawn
        """Return binary cross-entropy, and predict 1 for a window that is classified as swapped."""
        first, second = (views.windows[index] for index in views.index.T)
        logit = self.head(encoder(merged(first, second))).squeeze(1).float()
        return answered(
            nn.functional.binary_cross_entropy_with_logits(logit, views.y.float()), views.y, (logit > 0).long()
        )


def merged(amplitude: Windows, phase: Windows) -> Windows:
    """Return windows with the amplitudes of some windows and the phases of others; channels missing in either are 0."""
    if not len(amplitude):
        return amplitude
    x = {}
    for name, one in amplitude.x.items():
        other = torch.fft.rfft(phase.x[name].float()).angle()
        x[name] = torch.fft.irfft(torch.polar(torch.fft.rfft(one.float()).abs(), other), n=one.shape[2])
    if amplitude.present is None or phase.present is None:
        return replace(amplitude, x=x)
    present = {name: mask & phase.present[name] for name, mask in amplitude.present.items()}
    return replace(amplitude, x={name: one * present[name].unsqueeze(2) for name, one in x.items()}, present=present)
