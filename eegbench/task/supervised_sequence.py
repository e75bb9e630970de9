"""Which class did the expert give each window of a sequence? The windows around it help to tell.

Supratak et al. 2017, DeepSleepNet, doi:10.1109/TNSRE.2017.2721116; Phan et al. 2019, SeqSleepNet,
doi:10.1109/TNSRE.2019.2896659.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.config import Spec
from eegbench.inference.description import Description, Outputs
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.model.sequence import SequenceEncoder
from eegbench.task.base import EmbeddingTask
from eegbench.task.class_weights import ClassWeights
from eegbench.task.class_weights import class_weights as weights_of
from eegbench.task.outcome import Answers, Outcome
from eegbench.types import UNSCORED, Form, Role


class SupervisedSequence(EmbeddingTask):
    """A sequence encoder on the embeddings of neighbouring windows, a linear layer, and cross-entropy.

    Each distinct window is encoded once a batch. Windows without a label help their neighbours and have no loss.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    class_names
        The classes of the dataset; come from the store.
    class_counts
        Windows of each class in train; come from the store.
    form
        Form of the windows; comes from the store.
    layout
        The views of an example; comes from the sampler.
    sequence
        Makes a vector of each embedding and its neighbours.
    outputs
        Which windows of a sequence have a loss and are predicted: every one (``many``), so that a window has a vote of
        each sequence that holds it, or the middle one (``one``), so that it has one vote.
    dropout
        Share of each vector left out in training, before the linear layer.
    class_weights
        ``balanced`` multiplies the loss of a window by the mean number of windows of a class over that of its own, both
        in train, and a batch's loss is the sum over that of the weights; so is the loss of valid. ``none`` does not.
    augmentations
        What is done to windows in training, one after the other; a window that sequences share is changed once.
    """

    class_weights: Tensor | None
    roles: ClassVar = {"step": 1}
    sampler = "stretch"
    metrics = ("accuracy",)

    def __init__(  # noqa: PLR0913  what a task is given, and its options, flat as people type them
        self,
        *,
        embed_dim: int,
        class_names: tuple[str, ...],
        class_counts: tuple[int, ...],
        form: Form,
        layout: Mapping[str, Role],
        sequence: Spec[SequenceEncoder],
        outputs: Outputs,
        dropout: float,
        class_weights: ClassWeights,
        augmentations: Mapping[str, Spec[Augmentation]],
    ) -> None:
        super().__init__()
        self.augmentations = [spec.build(form=form) for spec in augmentations.values()]
        self.classes = class_names
        weights = weights_of(class_weights, class_names, class_counts)
        self.register_buffer("class_weights", weights, persistent=False)
        (self.context,) = layout["step"].shape
        self.sequence = sequence.build(in_dim=embed_dim)
        self.options_of_sequence = sequence.node
        self.outputs = outputs
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.sequence.out_dim, len(class_names))

    def network(self, encoder: Encoder, description: Description) -> Network:
        """Return the encoder with the sequence encoder and the linear layer."""
        known = replace(description, sequence=self.options_of_sequence, context=self.context, outputs=self.outputs)
        return Network(
            encoder,
            sequence=self.sequence,
            weight=self.head.weight.detach(),
            bias=self.head.bias.detach(),
            description=known,
        )

    def judge(
        self,
        z: Float[Tensor, "n_distinct embed_dim"],
        index: Int[Tensor, "batch length"],
        y: Int[Tensor, "batch length"],
    ) -> Outcome:
        """Return the sum of cross-entropies of windows with a label, and the most probable class of each.

        Those of every window, or of the middle ones, as ``outputs`` says.
        """
        present = index >= 0
        known = self.sequence(z[index.clamp_min(0)] * present.unsqueeze(2), present)
        if self.outputs == "one":
            middle = slice(self.context // 2, self.context // 2 + 1)
            known, y = known[:, middle], y[:, middle]
        logits = self.head(self.dropout(known)).float().flatten(0, 1)
        right, predicted = y.flatten(), logits.argmax(dim=1)
        scored = right != UNSCORED
        loss = nn.functional.cross_entropy(
            logits, right, weight=self.class_weights, ignore_index=UNSCORED, reduction="sum"
        )
        n = scored.sum()
        weight = n if self.class_weights is None else self.class_weights[right[scored]].double().sum()
        return Outcome(loss, weight, {"accuracy": ((predicted == right).sum(), n)}, Answers(right, predicted))
