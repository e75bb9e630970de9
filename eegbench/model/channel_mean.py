"""One encoder for every channel, with the mean over the channels of a window: montages may differ."""

from jaxtyping import Float
from torch import Tensor

from eegbench.config import Spec
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.store.windows import Windows
from eegbench.types import Form, Group


class ChannelMean(Encoder):
    """Encode each channel separately with the same weights, and average over the channels present.

    A missing channel has no influence on the embedding. Neither have the order and the positions of channels: the
    embedding reflects properties common to channels, not differences between them.

    Parameters
    ----------
    form
        Form of the windows, with one group; taken from the store.
    encoder
        Encoder of one channel.

    Raises
    ------
    ValueError
        If the signals have several groups, or a window has no channel.
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
        """Return the embedding of each channel; 0 for missing channels."""
        ((name, x),) = windows.x.items()
        if windows.present is None:  # no mask, so no synchronisation with the device
            encoded = self.encoder(Windows({name: x.flatten(0, 1).unsqueeze(1)}))
            return encoded.unflatten(0, x.shape[:2])
        (present,) = windows.present.values()
        encoded = self.encoder(Windows({name: x[present].unsqueeze(1)}))
        tokens = encoded.new_zeros(*present.shape, self.embed_dim)
        tokens[present] = encoded
        return tokens

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return the mean over the channels of a window.

        Raises
        ------
        ValueError
            If a window has no channel.
        """
        tokens = self.tokens(windows)
        if windows.present is None:
            return tokens.mean(1)
        n_present = next(iter(windows.present.values())).sum(1, keepdim=True)
        if not n_present.all():
            raise ValueError("a window has no channels; leave its recording out.")
        return tokens.sum(1) / n_present

    def after_step(self) -> None:
        """Call the same method of the encoder."""
        self.encoder.after_step()
