"""Base classes of augmentations: a batch of views in, a randomly changed batch out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.config import Spec
from eegbench.store.windows import Views


class Augmentation(ABC):
    """Change the windows of a batch at random.

    Windows are normalised by the store before the change and encoded after it. A task decides whether each view
    has its own copy of a window (`eegbench.store.windows.Views.expanded`), as contrastive tasks need, or whether views
    share windows; a shared window is changed once.

    Attributes
    ----------
    given
        Names of constructor arguments that are not options: ``form`` (an `eegbench.types.Form`).
    keeps_labels
        Whether the label of a window is true of the changed window. If not, tasks with labels refuse the augmentation.
    """

    given: ClassVar = ("form",)
    keeps_labels: ClassVar = True

    @abstractmethod
    def __call__(self, views: Views, generator: torch.Generator) -> Views:
        """Return the changed batch.

        Parameters
        ----------
        views
            A batch; its tensors are not modified.
        generator
            The only source of randomness, on the device of the views.
        """


class SignalAugmentation(Augmentation):
    """Change each window of each group of signals separately; missing channels stay 0."""

    @abstractmethod
    def change(
        self, x: Float[Tensor, "n n_channels n_times"], group: str, generator: torch.Generator
    ) -> Float[Tensor, "n n_channels n_times"]:
        """Return the changed signals of a group."""

    def __call__(self, views: Views, generator: torch.Generator) -> Views:
        """Return the batch with changed signals."""
        windows = views.windows
        if not len(windows):  # an empty share of a batch; Fourier transforms would fail
            return views
        x = {name: self.change(one, name, generator) for name, one in windows.x.items()}
        if windows.present is not None:
            x = {name: one * windows.present[name].unsqueeze(2) for name, one in x.items()}
        return replace(views, windows=replace(windows, x=x))


def check_labels(augmentations: Mapping[str, Spec[Augmentation]]) -> None:
    """Refuse augmentations that do not keep labels, for tasks that use these.

    Raises
    ------
    ValueError
        If there is one; the message has its name and how to remove it.
    """
    for name, spec in augmentations.items():
        if not spec.target.keeps_labels:
            raise ValueError(
                f"{spec.path}: {spec.option} mixes windows of several labels, and the task uses labels; leave it out: "
                f"'~augmentation@task.augmentations.{name}'."
            )


def uniform(
    x: Float[Tensor, "n n_channels n_times"], n_channels: int, low: float, high: float, generator: torch.Generator
) -> Float[Tensor, "n _ 1"]:
    """Draw a number for each window and each of n_channels channels, uniformly between low and high."""
    drawn: Tensor = torch.rand(len(x), n_channels, 1, generator=generator, device=x.device)
    return low + (high - low) * drawn
