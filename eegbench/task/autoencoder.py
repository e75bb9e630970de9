"""Autoencoder: reconstruct a window from its embedding.

Hinton and Salakhutdinov 2006, Reducing the dimensionality of data with neural networks, Science 313,
doi:10.1126/science.1127647; a baseline on EEG in Banville et al. 2021, J. Neural Eng. 18, 046020,
doi:10.1088/1741-2552/abca18.
"""

from typing import ClassVar

import torch

from eegbench.config import Size
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.base import Task
from eegbench.task.decoder import Decoder, channel_mask, reconstruction, signal_shapes
from eegbench.task.outcome import Outcome
from eegbench.types import Form


class Autoencoder(Task):
    """Mean squared error of the samples that a perceptron predicts from the embedding of a window.

    Missing channels do not count.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    hidden_dim
        Number of hidden units of the decoder.
    """

    roles: ClassVar = {"unlabelled": 0}
    sampler = "unlabelled_window"
    metrics = ()

    def __init__(self, *, embed_dim: int, form: Form, hidden_dim: Size) -> None:
        super().__init__()
        self.decoder = Decoder(embed_dim, hidden_dim, signal_shapes(form))

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:  # noqa: ARG002  nothing drawn
        """Return the mean squared error of each window."""
        windows = views.windows[views.index[:, 0]]
        made = self.decoder(encoder(windows))
        errors = {name: (x - made[name]).square() for name, x in windows.x.items()}
        return reconstruction(errors, {name: channel_mask(windows, name).unsqueeze(2) for name in errors})
