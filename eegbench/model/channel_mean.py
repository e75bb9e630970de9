"""One encoder for every channel, and the mean over the channels that a window has: montages may differ."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from eegbench.config import Spec
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.store.windows import Windows
from eegbench.types import Form, Group


class ChannelMean(Encoder):
    """Encodes each channel by itself, with the same weights, and averages over the channels that are there.

    A missing channel has no influence on the embedding. The order and the positions of channels have none, either:
    the encoder hears what channels have in common, not how they differ.

    Parameters
    ----------
    form
        Form of the windows, of one group; comes from the store.
    encoder
        Encodes one channel.

    Raises
    ------
    ValueError
        Where the signals have several groups, or a window has no channel.
    """

    takes_missing_channels = True

    def __init__(self, *, form: Form, encoder: Spec[Encoder]) -> None:
        super().__init__()
        (name,), group = form.groups, form.only
        one = Group(("any",), group.sfreq, group.n_times, group.positions[:1])
        self.encoder = build_encoder(encoder, Form({name: one}, form.normalise))
        self.embed_dim = self.encoder.embed_dim
        self.bf16_on_cpu = self.encoder.bf16_on_cpu

    def tokens(self, windows: Windows) -> Float[Tensor, "batch n_channels embed_dim"]:
        """Return the embedding of each channel; 0 where a channel is missing."""
        ((name, x),) = windows.x.items()
        present = self._present(windows, x)
        tokens = x.new_zeros(*present.shape, self.embed_dim)
        encoded = self.encoder(Windows({name: x[present].unsqueeze(1)}))
        tokens = tokens.to(encoded.dtype)
        tokens[present] = encoded
        return tokens

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return the mean over the channels that a window has."""
        n_present = self._present(windows, windows.only).sum(1, keepdim=True)
        return self.tokens(windows).sum(1) / n_present

    def after_step(self) -> None:
        """Do what follows an optimiser's step in the encoder."""
        self.encoder.after_step()

    def _present(self, windows: Windows, x: Float[Tensor, "n n_channels n_times"]) -> Bool[Tensor, "n n_channels"]:
        if windows.present is None:
            return torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        (present,) = windows.present.values()
        if not present.any(1).all():
            raise ValueError("a window has no channel at all; leave its recording out.")
        return present
