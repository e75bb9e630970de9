"""Masked autoencoder: reconstruct hidden stretches of a window from the rest.

He et al. 2022, Masked autoencoders are scalable vision learners, doi:10.48550/arXiv.2111.06377; on EEG Chien et al.
2022, MAEEG: masked auto-encoder for EEG representation learning, doi:10.48550/arXiv.2211.02625; the amplitude spectrum
as target in Jiang et al. 2024, Large brain model for learning generic representations with tremendous EEG data in BCI,
doi:10.48550/arXiv.2405.18765.
"""

from dataclasses import replace
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from eegbench.config import Positive, Share, Size
from eegbench.model.base import Encoder
from eegbench.store.windows import Views, Windows
from eegbench.task.base import Task
from eegbench.task.decoder import Decoder, Target, channel_mask, reconstruction
from eegbench.task.outcome import Outcome
from eegbench.types import Form


class MaskedAutoencoder(Task):
    """Mean squared error of hidden patches of time, predicted from the embedding of the window without them.

    A window is cut into patches of equal length; samples after the last complete patch are always visible. Hidden
    patches are drawn for each window, the same in all channels and groups of signals, and are 0 in the input of the
    encoder. A perceptron predicts all patches, and the hidden ones of present channels count.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    patch_s
        Length of a patch in seconds.
    hidden
        Proportion of the patches that are hidden; one at least is.
    target
        ``samples``, or ``spectrum``: the amplitudes of the orthonormal Fourier transform of each patch.
    hidden_dim
        Number of hidden units of the decoder.

    Raises
    ------
    ValueError
        If a window has fewer than two patches, or a patch fewer than two samples.
    """

    roles: ClassVar = {"unlabelled": 0}
    sampler = "unlabelled_window"
    metrics = ()

    def __init__(
        self, *, embed_dim: int, form: Form, patch_s: Positive, hidden: Share, target: Target, hidden_dim: Size
    ) -> None:
        super().__init__()
        self.n_patches = int(form.window_s / patch_s + 1e-6)
        self.n_hidden = max(1, round(hidden * self.n_patches))
        self.sizes = {name: int(patch_s * group.sfreq + 1e-6) for name, group in form.groups.items()}
        if self.n_patches < 2 or min(self.sizes.values()) < 2:
            raise ValueError(
                f"task.patch_s={patch_s:g}: windows of {form.window_s:g} s must have at least two patches, each of at "
                "least two samples; set a length between these."
            )
        self.target = target
        n_numbers = {name: size if target == "samples" else size // 2 + 1 for name, size in self.sizes.items()}
        shapes = {name: (group.n_channels, self.n_patches, n_numbers[name]) for name, group in form.groups.items()}
        self.decoder = Decoder(embed_dim, hidden_dim, shapes)

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the error of each window, with hidden patches drawn at random."""
        windows = views.windows[views.index[:, 0]]
        place = torch.rand(len(windows), self.n_patches, generator=generator, device=views.index.device)
        return self.reconstruct(encoder, windows, place.argsort(1).argsort(1) < self.n_hidden)

    def reconstruct(self, encoder: Encoder, windows: Windows, is_hidden: Bool[Tensor, "n n_patches"]) -> Outcome:
        """Return the error of each window for the given hidden patches."""
        visible = {name: self._visible(x, name, is_hidden) for name, x in windows.x.items()}
        made = self.decoder(encoder(replace(windows, x=visible)))
        errors = {name: (self._target(x, name) - made[name]).square() for name, x in windows.x.items()}
        counted = {name: channel_mask(windows, name)[:, :, None, None] & is_hidden[:, None, :, None] for name in errors}
        return reconstruction(errors, counted)

    def _visible(
        self, x: Float[Tensor, "n n_channels n_times"], name: str, is_hidden: Bool[Tensor, "n n_patches"]
    ) -> Float[Tensor, "n n_channels n_times"]:
        hidden = is_hidden.repeat_interleave(self.sizes[name], dim=1)
        rest = hidden.new_zeros(len(x), x.shape[2] - hidden.shape[1])
        return x.masked_fill(torch.cat([hidden, rest], dim=1).unsqueeze(1), 0.0)

    def _target(self, x: Float[Tensor, "n n_channels n_times"], name: str) -> Float[Tensor, "n n_channels n_patches _"]:
        patches = x[:, :, : self.n_patches * self.sizes[name]].unflatten(2, (self.n_patches, -1)).float()
        if self.target == "samples" or not len(x):
            return patches if self.target == "samples" else patches[..., : self.sizes[name] // 2 + 1]
        return torch.fft.rfft(patches, norm="ortho").abs()
