"""Base class of ConvNets that end in a classifier over time: a token is the classifier's input at one step."""

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.model.base import SignalEncoder
from eegbench.model.dense import dense as at_every_shift
from eegbench.model.receptive_field import fewest_samples, receptive_field, sliding, steps_left, total_stride


class ConvNet(SignalEncoder):
    """Run layers over time, and return the inputs of the published classifier's kernel as tokens.

    The classifier itself belongs to tasks and probes. A token holds ``final_length`` steps of all filters, filter by
    filter, as in the kernel of a convolution. A linear layer on tokens with that kernel as weight is the classifier;
    applied to the embedding, the mean of the tokens, it gives the mean of the classifier's outputs.

    Parameters
    ----------
    layers
        Map (batch, n_channels, 1, n_times) to (batch, n_filters, 1, n_steps).
    n_filters
        Number of filters of the last layer.
    n_times, sfreq
        Form of a window: samples, Hz.
    final_length
        Number of time steps that the classifier sees; None for all output steps of the layers.
    dense
        Whether there are tokens at every shift of one sample, or only at multiples of ``total_stride``.

    Attributes
    ----------
    n_tokens
        Number of tokens per window.

    Raises
    ------
    ValueError
        If a window is too short, or a layer pads although ``dense`` is set.
    """

    is_mean_of_tokens = True
    receptive_field: int
    token_stride: int

    def __init__(
        self,
        layers: nn.Sequential,
        *,
        n_filters: int,
        n_times: int,
        sfreq: float,
        final_length: int | None,
        dense: bool,
    ) -> None:
        super().__init__()
        self._length = _final_length(layers, n_times, sfreq, final_length)
        self.receptive_field = receptive_field(layers, self._length)
        self.layers = at_every_shift(layers) if dense else layers
        self.token_stride = total_stride(self.layers)
        self._step = total_stride(layers) // self.token_stride
        self.n_tokens = steps_left(self.layers, n_times) - (self._length - 1) * self._step
        self.embed_dim = n_filters * self._length

    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch n_tokens dim"]:
        """Return the classifier's input at each step."""
        steps = self.layers(x.unsqueeze(2))
        return sliding(steps.squeeze(2), self._length, self._step)

    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Return the mean of a window's tokens."""
        return self.features(x).mean(1)


def over_time(n_in: int, n_out: int, kernel: int, *, stride: int = 1, padding: int = 0, groups: int = 1) -> nn.Conv2d:
    """Return a convolution over time without bias, with Xavier uniform weights."""
    made = nn.Conv2d(n_in, n_out, (1, kernel), stride=(1, stride), padding=(0, padding), groups=groups, bias=False)
    nn.init.xavier_uniform_(made.weight)
    return made


def _final_length(layers: nn.Module, n_times: int, sfreq: float, wanted: int | None) -> int:
    there, fewest = steps_left(layers, n_times), fewest_samples(layers, wanted or 1)
    if n_times < fewest:
        raise ValueError(
            f"Windows of {n_times} samples ({n_times / sfreq:.2f} s at {sfreq:g} Hz) are too short for this model, "
            f"which needs {fewest} ({fewest / sfreq:.2f} s) for model.final_length={wanted or 1}: set a longer "
            f"preprocessing.window_s, or smaller kernels, pools or model.final_length."
        )
    return wanted or there
