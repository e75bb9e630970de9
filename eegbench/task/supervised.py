"""Which class did the expert give this window? Supervised training is a task like any other."""

from collections.abc import Mapping
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.config import Spec
from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.task.base import EmbeddingTask
from eegbench.task.outcome import Outcome, answered
from eegbench.types import Form


class Supervised(EmbeddingTask):
    """A linear layer on the embedding, and cross-entropy.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    class_names
        The classes of the dataset; come from the store.
    form
        Form of the windows; comes from the store.
    dropout
        Share of the embedding left out in training.
    augmentations
        What is done to windows in training, one after the other.
    """

    roles: ClassVar = {"window": 0}
    sampler = "single_window"
    metrics = ("accuracy",)

    def __init__(
        self,
        *,
        embed_dim: int,
        class_names: tuple[str, ...],
        form: Form,
        dropout: float,
        augmentations: Mapping[str, Spec[Augmentation]],
    ) -> None:
        super().__init__()
        self.augmentations = [spec.build(form=form) for spec in augmentations.values()]
        self.classes = class_names
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(embed_dim, len(class_names)))

    @property
    def linear(self) -> nn.Linear:
        """The layer from embeddings to class scores."""
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
        return answered(nn.functional.cross_entropy(logits, y), y, logits.argmax(dim=1))
