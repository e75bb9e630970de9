"""Supervised training: predict the class of a window as the expert scored it."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.augmentation.base import check_labels
from eegbench.config import Dropout, Spec
from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.task.base import EmbeddingTask
from eegbench.task.class_weights import ClassWeights
from eegbench.task.class_weights import class_weights as weights_of
from eegbench.task.outcome import Outcome, answered, weighted
from eegbench.types import Form

Loss = Callable[..., Tensor]
"""A loss of ``torch.nn.functional`` for scores and classes."""


class Supervised(EmbeddingTask):
    """A linear layer on the embedding, with cross-entropy.

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
    dropout
        Dropout probability for the embedding.
    class_weights
        ``balanced`` multiplies the loss of a window by the mean number of windows per class divided by the number in
        its own class, both in train; the loss of a batch is divided by the sum of these weights. The same holds in
        valid. ``none`` uses no weights.
    augmentations
        Augmentations of windows in training, applied in order.
    """

    class_weights: Tensor | None
    roles: ClassVar = {"window": 0}
    sampler = "single_window"
    metrics = ("accuracy",)

    def __init__(
        self,
        *,
        embed_dim: int,
        class_names: tuple[str, ...],
        class_counts: tuple[int, ...],
        form: Form,
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
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(embed_dim, len(class_names)))

    @property
    def linear(self) -> nn.Linear:
        """Linear layer from embeddings to class scores."""
        layer = self.head[-1]
        assert isinstance(layer, nn.Linear)
        return layer

    def network(self, encoder: Encoder, description: Description) -> Network:
        """Return the encoder with the linear layer."""
        weight, bias = self.linear.weight.detach(), self.linear.bias.detach()
        return Network(encoder, weight=weight, bias=bias, description=description)

    def judge(
        self, z: Float[Tensor, "n_distinct embed_dim"], index: Int[Tensor, "batch 1"], y: Int[Tensor, "batch"]
    ) -> Outcome:
        """Return cross-entropy and the most probable class."""
        logits = self.head(z[index[:, 0]]).float()
        return self.answered(logits, y, nn.functional.cross_entropy)

    def answered(self, scores: Float[Tensor, "batch n_classes"], y: Int[Tensor, "batch"], loss: Loss) -> Outcome:
        """Return the outcome for scores with a loss of torch and the class weights."""
        predicted = scores.argmax(dim=1)
        if self.class_weights is None:
            return answered(loss(scores, y), y, predicted)
        total = loss(scores, y, weight=self.class_weights, reduction="sum").double()
        return weighted(total, self.class_weights[y].double().sum(), y, predicted)
