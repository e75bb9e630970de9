"""What a task promises: given an encoder and a batch of views, a loss and the answers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.store.windows import Views, Windows
from eegbench.task.outcome import Outcome


class Task(nn.Module, ABC):
    """Owns the head and the question.

    Attributes
    ----------
    given
        Names of the constructor's arguments that are no options.
    roles
        The roles that the sampler's layout must have, with the number of axes of each.
    sampler
        Name of the sampler that error messages recommend.
    metrics
        Names of the metrics in its outcomes besides the loss: columns ``train_<metric>`` and ``valid_<metric>`` of
        the history.
    classes
        Names of the answers, for the confusion matrix; none where the task has no right answers.
    """

    given: ClassVar = ("embed_dim", "class_names", "layout")
    roles: ClassVar[Mapping[str, int]]
    sampler: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]]
    classes: tuple[str, ...] = ()

    def forward(self, encoder: Encoder, views: Views) -> Outcome:
        """Ask the question of a batch; all views go through the encoder in one call."""
        return self.judge(self.read(encoder, views.windows), views.index, views.y)

    def read(self, encoder: Encoder, windows: Windows) -> Float[Tensor, "n dim"]:
        """Return what the question needs of each window by itself: its embedding, if nothing else is said."""
        z: Tensor = encoder(windows)
        return z

    @abstractmethod
    def judge(self, z: Float[Tensor, "n_distinct dim"], index: Int[Tensor, "batch n_views"], y: Tensor) -> Outcome:
        """Ask the question of windows that are encoded already.

        Parameters
        ----------
        z
            What `read` says of distinct windows.
        index, y
            As in `eegbench.store.windows.Views`.
        """

    def network(self, encoder: Encoder, description: Description) -> Network | None:  # noqa: ARG002  some need them
        """Return the encoder with the head that was trained with it, where that scores the dataset's classes.

        Parameters
        ----------
        encoder
            The trained encoder.
        description
            What is known of the network apart from its weights and from what the task adds.
        """
        return None

    def after_step(self) -> None:
        """Do what follows an optimiser's step: move a teacher, fill a queue."""
