"""What an encoder promises: a window becomes tokens, and the tokens one embedding."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.store.windows import Windows


class Encoder(nn.Module, ABC):
    """Maps windows to embeddings (batch, embed_dim).

    An encoder learns the form of its windows when it is built, by the names that its constructor takes: ``form`` (an
    `eegbench.types.Form`), or of the only group ``n_channels``, ``n_times`` and ``sfreq`` (Hz). Every other size is an
    option of its constructor, without a default there.

    Attributes
    ----------
    given
        Names of the constructor's arguments that are no options.
    embed_dim
        Size of an embedding.
    is_mean_of_tokens
        Whether `forward` is the mean of `tokens`.
    takes_missing_channels
        Whether windows may lack channels (`eegbench.store.windows.Windows.present`).
    takes_features
        Whether it takes what comes beside the signals (`eegbench.store.windows.Windows.features`).
    takes_signals
        Whether embeddings depend on the signals of a window.
    bf16_on_cpu
        Whether training in bf16 on a CPU was found to give the scores of float32; ``trainer.precision=auto`` asks.
    receptive_field
        Samples that one token depends on; None where it is the whole window, or not known.
    token_stride
        Samples between one token and the next; None where tokens are no steps of time.
    """

    given: ClassVar = ("form", "n_channels", "n_times", "sfreq")
    embed_dim: int
    is_mean_of_tokens = False
    takes_missing_channels = False
    takes_features = False
    takes_signals = True
    bf16_on_cpu = False
    receptive_field: int | None = None
    token_stride: int | None = None

    @abstractmethod
    def tokens(self, windows: Windows) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens before pooling: time steps of a ConvNet, patches of a transformer."""

    @abstractmethod
    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding a window."""

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the first filters' impulse responses: what each answers to 1 at one sample of one channel.

        They are what is linear before the first nonlinearity, without normalisation and constants; column ``n``
        is the answer ``n`` samples later, as `scipy.signal.freqz` takes it.

        Raises
        ------
        ValueError
            Where the encoder does not begin with linear filters.
        """
        raise ValueError(
            f"{type(self).__name__} does not begin with linear filters whose responses could be shown; "
            f"set model=deep4, shallow_fbcsp, eegnet, chambon2018 or stager_net."
        )

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Learn what is learned before training, such as the means and deviations that inputs are standardised with.

        It is saved with the weights, so it belongs into buffers.

        Parameters
        ----------
        windows
            Begins a new round over the scored windows of train, in batches.
        """

    def after_step(self) -> None:
        """Do what follows an optimiser's step: put weights back under a bound."""


class SignalEncoder(Encoder):
    """Encodes windows of one group of signals.

    A subclass writes `features` and `embed`, which take the signals as a tensor. Windows that lack channels are refused
    unless the subclass sets ``takes_missing_channels``; the samples of a missing channel are 0.
    """

    @abstractmethod
    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens before pooling."""

    @abstractmethod
    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding a window."""

    def tokens(self, windows: Windows) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens before pooling."""
        return self.features(self._signals(windows))

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding a window."""
        return self.embed(self._signals(windows))

    def _signals(self, windows: Windows) -> Float[Tensor, "batch n_channels n_times"]:
        if windows.present is not None and not self.takes_missing_channels:
            raise ValueError(missing_channels_refused(type(self).__name__))
        return windows.only


def missing_channels_refused(model: str) -> str:
    """Return the error message for an encoder that is given windows that lack channels."""
    return (
        f"{model} needs every channel in every recording, and some recordings lack some; choose model=channel_mean, "
        "name the channels that all recordings have in preprocessing.signal.channels=[…], or name all there and set "
        "preprocessing.signal.missing_channels=zeros to fill those that are missing with zeros."
    )
