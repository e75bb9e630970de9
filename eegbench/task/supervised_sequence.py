"""Supervised training on sequences: predict the class of each window from its embedding and those around it.

Supratak et al. 2017, DeepSleepNet, doi:10.1109/TNSRE.2017.2721116; Phan et al. 2019, SeqSleepNet,
doi:10.1109/TNSRE.2019.2896659.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.augmentation.base import check_labels
from eegbench.config import Dropout, Spec
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
    """A sequence encoder on the embeddings of consecutive windows, a linear layer, and cross-entropy.

    Each distinct window is encoded once per batch. Windows without a label serve as context and have no loss.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    class_names
        Class names of the dataset; come from the store.
    class_counts
        Windows of each class in train; come from the store.
    form
        Form of the windows; comes from the store.
    layout
        Roles of the views; comes from the sampler.
    sequence
        Sequence encoder, which computes a vector from each embedding and those around it.
    outputs
        Windows of a sequence that have a loss and a prediction: every one (``many``), so that a window has one vote per
        sequence that contains it, or the middle one (``one``), so that it has one vote.
    dropout
        Dropout probability for each vector, before the linear layer.
    class_weights
        ``balanced`` multiplies the loss of a window by the mean number of windows per class divided by the number in
        its own class, both in train; the loss of a batch is divided by the sum of these weights. The same holds in
        valid. ``none`` uses no weights.
    augmentations
        Augmentations of windows in training, applied in order; a window in several sequences is augmented once.
    """

    class_weights: Tensor | None
    roles: ClassVar = {"step": 1}
    sampler = "stretch"
    metrics = ("accuracy",)

    def __init__(  # noqa: PLR0913  given arguments and options, flat as they are typed
        self,
        *,
        embed_dim: int,
        class_names: tuple[str, ...],
        class_counts: tuple[int, ...],
        form: Form,
        layout: Mapping[str, Role],
        sequence: Spec[SequenceEncoder],
        outputs: Outputs,
        dropout: Dropout,
        class_weights: ClassWeights,
        augmentations: Mapping[str, Spec[Augmentation]],
    ) -> None:
        super().__init__()
        check_labels(augmentations)
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

        With ``outputs=one`` these are the middle windows only.
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
