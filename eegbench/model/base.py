"""Base class of encoders: from a window to tokens, and from tokens to one embedding."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.model.load_audit import LoadAudit
from eegbench.store.windows import Signals, Windows, as_windows
from eegbench.types import Form


class Encoder(nn.Module, ABC):
    """Map windows to embeddings (batch, embed_dim).

    The constructor receives the form of the windows through the arguments that it names: ``form`` (an
    `eegbench.types.Form`), or ``n_channels``, ``n_times`` and ``sfreq`` (Hz) of the only group. Every other size is an
    option of the constructor, without a default there.

    Attributes
    ----------
    given
        Names of constructor arguments that are not options.
    form
        Form of the windows that it was built for; None if it was not built by `eegbench.model.build.build_encoder`.
    embed_dim
        Size of an embedding.
    is_mean_of_tokens
        Whether `forward` returns the mean of `tokens`.
    takes_missing_channels
        Whether windows may lack channels (`eegbench.store.windows.Windows.present`).
    takes_features
        Whether the encoder uses additional features (`eegbench.store.windows.Windows.features`).
    takes_signals
        Whether embeddings depend on the signals of a window.
    has_attention
        Whether the encoder has attention over tokens that `eegbench.model.attention.record_attention` can record.
    bf16_on_cpu
        Whether training in bf16 on a CPU gave the same scores as float32 in tests, for ``trainer.precision=auto``.
    receptive_field
        Number of samples that one token depends on; None if it is all of the window, or unknown.
    token_stride
        Number of samples from one token to the next; None if tokens are not time steps.
    loaded
        Account of the initial weights that were loaded from a file (`load_weights`); None for random ones.
    """

    given: ClassVar = ("form", "n_channels", "n_times", "sfreq")
    form: Form | None = None
    embed_dim: int
    is_mean_of_tokens = False
    takes_missing_channels = False
    takes_features = False
    takes_signals = True
    has_attention = False
    bf16_on_cpu = False
    receptive_field: int | None = None
    token_stride: int | None = None
    loaded: LoadAudit | None = None

    def __call__(self, windows: Windows | Signals) -> Any:
        """Return the result of `forward` for windows, or for signals in µV; hooks are called.

        Raises
        ------
        ValueError
            If signals do not have the shape that the encoder was built for.
        """
        if isinstance(windows, Windows):
            return super().__call__(windows)
        if self.form is None:
            raise ValueError(
                f"this {type(self).__name__} does not know the form of its windows; give it "
                "eegbench.store.windows.Windows, or build it with eegbench.model.build.build_encoder."
            )
        device = next((one.device for one in (*self.parameters(), *self.buffers())), torch.device("cpu"))
        return super().__call__(as_windows(windows, self.form, device))

    @abstractmethod
    def tokens(self, windows: Windows) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens before pooling: time steps of a ConvNet, patches of a transformer."""

    @abstractmethod
    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding per window."""

    def first_filters(self) -> Float[Tensor, "n_filters n_channels kernel"]:
        """Return the first filters' impulse responses to a unit impulse in one channel.

        They include all linear operations before the first nonlinearity, without normalisation and constants. Column
        ``n`` is the response after ``n`` samples, the order that `scipy.signal.freqz` expects.

        Raises
        ------
        ValueError
            If the encoder does not begin with linear filters.
        """
        raise ValueError(
            f"{type(self).__name__} does not begin with linear filters, so it has no filter responses; remove "
            "filter_spectrum from interpretability=[…], or set model=deep4, shallow_fbcsp, eegnet, chambon2018 or "
            "stager_net."
        )

    def fit(self, windows: Callable[[], Iterable[Windows]]) -> None:
        """Fit what is learned before training, such as the means and standard deviations of inputs.

        These values must be buffers, so that they are saved with the weights.

        Parameters
        ----------
        windows
            Function that starts a new iteration over the scored windows of train, in batches.
        """

    def after_step(self) -> None:
        """Apply constraints after an optimiser step, such as a maximum norm of weights."""

    def load_weights(self) -> LoadAudit | None:
        """Load initial weights from a file that the option ``weights`` names; return None if there is none."""
        return None


class SignalEncoder(Encoder):
    """Encoder of windows of one group of signals.

    Subclasses implement `features` and `embed`, which take the signals as a tensor. Windows that lack channels raise an
    error unless the subclass sets ``takes_missing_channels``; the samples of a missing channel are 0.
    """

    @abstractmethod
    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens before pooling."""

    @abstractmethod
    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding per window."""

    def tokens(self, windows: Windows) -> Float[Tensor, "batch n_tokens dim"]:
        """Return tokens before pooling."""
        return self.features(self._signals(windows))

    def forward(self, windows: Windows) -> Float[Tensor, "batch embed_dim"]:
        """Return one embedding per window."""
        return self.embed(self._signals(windows))

    def _signals(self, windows: Windows) -> Float[Tensor, "batch n_channels n_times"]:
        if windows.present is not None and not self.takes_missing_channels:
            raise ValueError(missing_channels_refused(type(self).__name__))
        return windows.only


def missing_channels_refused(model: str) -> str:
    """Return the error message for an encoder that cannot handle missing channels."""
    return (
        f"{model} needs every channel in every recording, but some are missing; choose model=channel_mean, or "
        "model=eeg_transformer with model.batch_norm=false, name the channels that all recordings have in "
        "preprocessing.signal.channels=[…], or name all and set "
        "preprocessing.signal.missing_channels=zeros to fill those that are missing with zeros."
    )
