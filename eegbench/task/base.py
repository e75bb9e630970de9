"""Base classes of tasks: from an encoder and a batch of views to a loss, metrics and possibly answers."""

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
"""Number of views evaluated at once outside training: 200 MB of embeddings of 100 numbers."""


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters that share a learning-rate factor and weight decay.

    Attributes
    ----------
    parameters
        The parameters.
    lr_factor
        Factor on the learning rate of the schedule.
    weight_decay
        Weight decay; None uses that of the optimiser.
    """

    parameters: Sequence[nn.Parameter]
    lr_factor: float = 1.0
    weight_decay: float | None = None

    def options(self, lr: float) -> dict[str, Any]:
        """Return the group in the form that torch's optimisers take; schedules read ``lr_factor``."""
        options = {"params": list(self.parameters), "lr": lr * self.lr_factor, "lr_factor": self.lr_factor}
        return options if self.weight_decay is None else options | {"weight_decay": self.weight_decay}


class Task(nn.Module, ABC):
    """Base class of tasks, which have a head and a loss.

    The loss may compare the examples of a batch, and may augment them; a batch is evaluated as a whole, in validation
    as in training. If the loss of each example depends only on the embeddings of its own views, derive from
    `EmbeddingTask`.

    Attributes
    ----------
    given
        Names of constructor arguments that are not options.
    roles
        Roles that the sampler's layout must have, with the number of axes of each.
    sampler
        Name of the sampler that error messages recommend.
    metrics
        Names of the metrics in outcomes, other than the loss: columns ``train_<metric>`` and ``valid_<metric>`` of the
        history.
    least_batch
        Minimum number of examples in a batch: 2 if examples are compared with each other.
    classes
        Names of the answers, for the confusion matrix; empty if the task has no right answers.
    """

    given: ClassVar = ("embed_dim", "class_names", "class_counts", "form", "layout")
    roles: ClassVar[Mapping[str, int]]
    sampler: ClassVar[str]
    metrics: ClassVar[tuple[str, ...]]
    least_batch: ClassVar[int] = 1
    classes: tuple[str, ...] = ()

    def start(self, encoder: Encoder) -> None:
        """Copy what the task needs from the encoder when training begins, e.g. a teacher.

        Called once, when the encoder has its initial weights (including those of ``encoder=RUN``) and before a
        checkpoint is restored. Submodules that are created here are saved with the task; those without a trainable
        parameter stay in evaluation mode.
        """

    @classmethod
    def is_supervised(cls) -> bool:
        """Return whether the task learns the dataset's classes, and therefore has a network that predicts them."""
        return cls.network is not Task.network

    @classmethod
    def uses_labels(cls) -> bool:
        """Return whether the loss depends on labels of the dataset, as that of supervised tasks does."""
        return cls.is_supervised()

    @abstractmethod
    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the loss, metrics and answers of a batch.

        Parameters
        ----------
        encoder
            The encoder in training.
        views
            The batch, or this process's share of it, which may be empty.
        generator
            The only source of randomness besides dropout. It is on the device of the views. Its seed depends on the
            seed of the run, the pass, the step and the process, so that a resumed run draws the same numbers.
        """

    def after_step(self, encoder: Encoder, generator: torch.Generator) -> None:
        """Update the task after an optimiser step, e.g. a teacher or a queue."""

    def parameter_groups(self, encoder: Encoder) -> list[ParameterGroup]:
        """Return the parameters to train: all parameters of encoder and task that are not frozen, in one group."""
        return [ParameterGroup([p for module in (encoder, self) for p in module.parameters() if p.requires_grad])]

    def parts(self, draw: Draw, batches: Sequence[slice]) -> list[slice]:  # noqa: ARG002  a task may look at the draw
        """Return the parts of a draw that are evaluated together outside training: the batches of training."""
        return list(batches)

    def network(self, encoder: Encoder, description: Description) -> Network | None:  # noqa: ARG002  some need them
        """Return the encoder with its trained head, if the head scores the dataset's classes.

        Parameters
        ----------
        encoder
            The trained encoder.
        description
            Description of the network, without its weights and without what the task adds.
        """
        return None


class EmbeddingTask(Task):
    """A task whose loss for an example depends on the embeddings of its own views only.

    Each distinct window is encoded once, even if it occurs in several examples.

    Attributes
    ----------
    augmentations
        Augmentations of the windows of a batch in training, applied in order; never used outside training.
    """

    augmentations: Sequence[Augmentation] = ()

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the outcome of a batch in training; all views go through the encoder in one call."""
        for augment in self.augmentations:
            views = augment(views, generator)
        return self.judge(self.read(encoder, views.windows), views.index, views.y)

    def read(self, encoder: Encoder, windows: Windows) -> Float[Tensor, "n dim"]:
        """Return the values that the task needs from each window: its embedding, unless overridden."""
        z: Tensor = encoder(windows)
        return z

    @abstractmethod
    def judge(self, z: Float[Tensor, "n_distinct dim"], index: Int[Tensor, "batch n_views"], y: Tensor) -> Outcome:
        """Return the outcome of examples whose windows are encoded already.

        Parameters
        ----------
        z
            Output of `read` for distinct windows.
        index, y
            As in `eegbench.store.windows.Views`.
        """

    def parts(self, draw: Draw, batches: Sequence[slice]) -> list[slice]:  # noqa: ARG002  examples are independent
        """Return the whole draw as one part, or several parts if there are many views."""
        return even_parts(len(draw), -(-draw.windows.size // MAX_VIEWS))
