"""What a task promises: given an encoder and a batch of views, a loss, metrics and perhaps answers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.store.batching import even_parts
from eegbench.store.windows import Views, Windows
from eegbench.task.outcome import Outcome
from eegbench.types import Draw

MAX_VIEWS = 2**19
"""Views judged at once outside training: 200 MB of embeddings of 100 numbers."""


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters that are trained alike.

    Attributes
    ----------
    parameters
        The parameters.
    lr_factor
        Factor on the learning rate, which the schedule multiplies.
    weight_decay
        Weight decay; None takes that of the optimiser.
    """

    parameters: Sequence[nn.Parameter]
    lr_factor: float = 1.0
    weight_decay: float | None = None

    def options(self, lr: float) -> dict[str, Any]:
        """Return the group as torch's optimisers take it at a learning rate; ``lr_factor`` is there for schedules."""
        options = {"params": list(self.parameters), "lr": lr * self.lr_factor, "lr_factor": self.lr_factor}
        return options if self.weight_decay is None else options | {"weight_decay": self.weight_decay}


class Task(nn.Module, ABC):
    """Owns the head and the question.

    Its loss may compare the examples of a batch, and may augment them: a batch is asked as a whole, in validation as in
    training. Where each example is a question of its own about embeddings, derive from `EmbeddingTask`.

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
    least_batch
        Examples that a batch must have for there to be a question: 2 where they are compared with each other.
    classes
        Names of the answers, for the confusion matrix; none where the task has no right answers.
    """

    given: ClassVar = ("embed_dim", "class_names", "class_counts", "form", "layout")
    roles: ClassVar[Mapping[str, int]]
    sampler: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]]
    least_batch: ClassVar[int] = 1
    classes: tuple[str, ...] = ()

    def start(self, encoder: Encoder) -> None:
        """Copy what the task needs of the encoder as training begins, such as a teacher.

        Called once, when the encoder has its initial weights (those of ``encoder=RUN`` too) and before a checkpoint is
        restored. Submodules that are made here are saved with the task; those without a trainable parameter stay in
        evaluation mode.
        """

    @classmethod
    def is_supervised(cls) -> bool:
        """Return whether the task learns the dataset's classes, and so has a network that predicts them."""
        return cls.network is not Task.network

    @abstractmethod
    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Ask the question of a batch.

        Parameters
        ----------
        encoder
            The encoder that is trained.
        views
            The batch, or this process's share of it, which may be empty.
        generator
            The only source of chance besides dropout. It is on the device of the views, and its seed comes from the
            seed of the run, the pass, the step and the process, so a resumed run draws the same numbers.
        """

    def after_step(self, encoder: Encoder, generator: torch.Generator) -> None:
        """Do what follows an optimiser's step: move a teacher, fill a queue."""

    def parameter_groups(self, encoder: Encoder) -> list[ParameterGroup]:
        """Return the parameters to train: all of encoder and task that are not frozen, in one group."""
        return [ParameterGroup([p for module in (encoder, self) for p in module.parameters() if p.requires_grad])]

    def parts(self, draw: Draw, batches: Sequence[slice]) -> list[slice]:  # noqa: ARG002  a task may look at the draw
        """Return the parts in which the task is asked of a draw outside training: the batches of training."""
        return list(batches)

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


class EmbeddingTask(Task):
    """A question about the embeddings of an example's views; other examples have no part in its answer.

    Each distinct window is encoded once, in however many examples it stands.

    Attributes
    ----------
    augmentations
        What is done to the windows of a batch in training, one after the other; never outside it.
    """

    augmentations: Sequence[Augmentation] = ()

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Ask the question of a batch in training; all views go through the encoder in one call."""
        for augment in self.augmentations:
            views = augment(views, generator)
        return self.judge(self.read(encoder, views.windows), views.index, views.y)

    def read(self, encoder: Encoder, windows: Windows) -> Float[Tensor, "n dim"]:
        """Return what the question needs of each window by itself: its embedding, unless a task overrides it."""
        z: Tensor = encoder(windows)
        return z

    @abstractmethod
    def judge(self, z: Float[Tensor, "n_distinct dim"], index: Int[Tensor, "batch n_views"], y: Tensor) -> Outcome:
        """Ask the question of windows that are encoded already.

        Parameters
        ----------
        z
            What `read` returns for distinct windows.
        index, y
            As in `eegbench.store.windows.Views`.
        """

    def parts(self, draw: Draw, batches: Sequence[slice]) -> list[slice]:  # noqa: ARG002  examples are independent
        """Return the whole draw, or a few parts of it where there are many views."""
        return even_parts(len(draw), -(-draw.windows.size // MAX_VIEWS))
