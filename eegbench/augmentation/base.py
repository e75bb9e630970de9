"""What an augmentation promises: a batch of views, changed at random."""

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.store.windows import Views


class Augmentation(ABC):
    """Changes the windows of a batch at random.

    Windows come as the store normalised them, and are encoded after the change. A task decides whether each view has a
    window of its own (`eegbench.store.windows.Views.expanded`), as contrastive tasks need, or whether views share
    windows, which are then changed once for all of them.

    Attributes
    ----------
    given
        Names of the constructor's arguments that are no options: ``form`` (an `eegbench.types.Form`).
    """

    given: ClassVar = ("form",)

    @abstractmethod
    def __call__(self, views: Views, generator: torch.Generator) -> Views:
        """Return a changed batch.

        Parameters
        ----------
        views
            A batch, whose tensors are left as they are.
        generator
            The only source of chance, on the device of the views.
        """


class SignalAugmentation(Augmentation):
    """Changes each window of each group of signals by itself; channels that a window lacks stay 0."""

    @abstractmethod
    def change(
        self, x: Float[Tensor, "n n_channels n_times"], group: str, generator: torch.Generator
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return changed signals of a group."""

    def __call__(self, views: Views, generator: torch.Generator) -> Views:
        """Return the batch with changed signals."""
        windows = views.windows
        if not len(windows):  # an empty share of a batch; Fourier transforms refuse it
            return views
        x = {name: self.change(one, name, generator) for name, one in windows.x.items()}
        if windows.present is not None:
            x = {name: one * windows.present[name].unsqueeze(2) for name, one in x.items()}
        return replace(views, windows=replace(windows, x=x))


def uniform(
    x: Float[Tensor, "n n_channels n_times"], n_channels: int, low: float, high: float, generator: torch.Generator
) -> Float[Tensor, "n _ 1"]:
    """Draw a number for each window and for so many channels, uniformly from low to high."""
    drawn: Tensor = torch.rand(len(x), n_channels, 1, generator=generator, device=x.device)
    return low + (high - low) * drawn
