"""One encoder for every channel, and the mean over the channels that a window has: montages may differ."""

from jaxtyping import Float
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
        if windows.present is None:  # no mask, and so no wait for the device to count channels
            encoded = self.encoder(Windows({name: x.flatten(0, 1).unsqueeze(1)}))
            return encoded.unflatten(0, x.shape[:2])
        (present,) = windows.present.values()
        encoded = self.encoder(Windows({name: x[present].unsqueeze(1)}))
        tokens = encoded.new_zeros(*present.shape, self.embed_dim)
        tokens[present] = encoded
        return tokens

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return the mean over the channels that a window has.

        Raises
        ------
        ValueError
            Where a window has no channel.
        """
        tokens = self.tokens(windows)
        if windows.present is None:
            return tokens.mean(1)
        n_present = next(iter(windows.present.values())).sum(1, keepdim=True)
        if not n_present.all():
            raise ValueError("a window has no channel at all; leave its recording out.")
        return tokens.sum(1) / n_present

    def after_step(self) -> None:
        """Do what follows an optimiser's step in the encoder."""
        self.encoder.after_step()
