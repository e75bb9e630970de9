"""A sequence of normalisers, each fitted to the output of those before it."""

from collections.abc import Callable, Iterable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.config import Spec
from eegbench.model.normaliser.base import FittedNormaliser, Normaliser


class Chain(nn.ModuleDict):
    """Normalisers by name, in their order.

    Parameters
    ----------
    specs
        Options of each normaliser.
    shape
        Shape of an input window: channels and samples.
    sfreq
        Sampling rate in Hz.

    Attributes
    ----------
    out_shape
        Shape of an output window.
    """

    def __init__(self, specs: Mapping[str, Spec[Normaliser]], *, shape: tuple[int, ...], sfreq: float) -> None:
        super().__init__()
        for name, spec in specs.items():
            self[name] = made = spec.build(shape=shape, sfreq=sfreq)
            shape = made.out_shape
        self.out_shape = shape

    def forward(self, x: Float[Tensor, "batch n_channels *rest"]) -> Float[Tensor, "batch n_channels *out"]:
        """Return the windows after the last normaliser."""
        for normaliser in self.values():
            x = normaliser(x)
        return x

    @torch.no_grad()
    def fit(self, batches: Callable[[], Iterable[Float[Tensor, "batch n_channels *rest"]]]) -> None:
        """Fit each normaliser that learns to the windows of train, as transformed by those before it.

        Parameters
        ----------
        batches
            Function that starts a new iteration over the windows.
        """
        before: list[nn.Module] = []
        for normaliser in self.values():
            if isinstance(normaliser, FittedNormaliser):
                for x in batches():
                    for earlier in before:
                        x = earlier(x)
                    normaliser.update(x)
                normaliser.finish()
            before.append(normaliser)
