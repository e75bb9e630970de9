"""Masked channel: reconstruct a hidden channel of a window from the others, as in the published eeg-transformer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from jaxtyping import Bool
from torch import Tensor, nn

from eegbench.config import Size
from eegbench.model.base import Encoder
from eegbench.store.windows import Views, Windows
from eegbench.task.base import Task
from eegbench.task.decoder import Decoder, Target, channel_mask, reconstruction
from eegbench.task.outcome import Outcome
from eegbench.types import Form


class MaskedChannel(Task):
    """Mean squared error of a hidden channel, predicted from the embedding of the window without it.

    In each group of signals with two channels or more, one of the present channels of each window is drawn at random.
    It is 0 in the input of the encoder. A perceptron predicts it from the embedding plus a learned vector for the
    channel. The published encoder left the channel out of its attention, and had electrode positions in place of the
    vector.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    target
        ``samples``, or ``spectrum``: the real and imaginary parts of the orthonormal Fourier transform.
    hidden_dim
        Number of hidden units of the decoder.

    Raises
    ------
    ValueError
        If no group has two channels.
    """

    roles: ClassVar = {"unlabelled": 0}
    sampler = "unlabelled_window"
    metrics = ()

    def __init__(self, *, embed_dim: int, form: Form, target: Target, hidden_dim: Size) -> None:
        super().__init__()
        groups = {name: group for name, group in form.groups.items() if group.n_channels > 1}
        if not groups:
            raise ValueError(
                "task=masked_channel hides one of several channels, but the windows have a single one; add channels, "
                "or choose task=masked_autoencoder."
            )
        self.target = target
        self.channels = nn.ModuleDict(
            {name: nn.Embedding(group.n_channels, embed_dim) for name, group in groups.items()}
        )
        self.decoders = nn.ModuleDict(
            {name: Decoder(embed_dim, hidden_dim, {name: self._shape(group.n_times)}) for name, group in groups.items()}
        )

    def _shape(self, n_times: int) -> tuple[int, ...]:
        return (n_times,) if self.target == "samples" else (n_times // 2 + 1, 2)

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the error of each window, with hidden channels drawn at random."""
        windows = views.windows[views.index[:, 0]]
        hidden = {}
        for name in self.channels:
            mask = channel_mask(windows, name)
            drawn = torch.rand(mask.shape, generator=generator, device=mask.device).masked_fill(~mask, -1.0)
            hidden[name] = drawn == drawn.amax(1, keepdim=True)
        return self.reconstruct(
            encoder, windows, {name: one & channel_mask(windows, name) for name, one in hidden.items()}
        )

    def reconstruct(self, encoder: Encoder, windows: Windows, hidden: Mapping[str, Bool[Tensor, "n _"]]) -> Outcome:
        """Return the error of each window for the given hidden channels, at most one of each window in a group."""
        x = {
            name: one.masked_fill(hidden[name].unsqueeze(2), 0.0) if name in hidden else one
            for name, one in windows.x.items()
        }
        z = encoder(replace(windows, x=x))
        errors = {}
        for name, mask in hidden.items():
            channel = mask.long().argmax(1)
            right = self._target(windows.x[name][torch.arange(len(z), device=z.device), channel])
            errors[name] = (self.decoders[name](z + self.channels[name](channel))[name] - right).square().flatten(1)
        return reconstruction(errors, {name: mask.any(1, keepdim=True) for name, mask in hidden.items()})

    def _target(self, x: Tensor) -> Tensor:
        if self.target == "samples":
            return x
        if not len(x):
            return x.new_zeros(0, *self._shape(x.shape[1]))
        return torch.view_as_real(torch.fft.rfft(x.float(), norm="ortho"))
