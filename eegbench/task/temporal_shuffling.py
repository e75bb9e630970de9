"""Temporal shuffling: predict whether a third window lies between two others, without labels.

Banville et al. 2021, Uncovering the structure of clinical EEG signals with self-supervised learning,
J. Neural Eng. 18, 046020, doi:10.1088/1741-2552/abca18.
"""

from collections.abc import Mapping
from typing import ClassVar

from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.config import Dropout
from eegbench.task.base import EmbeddingTask
from eegbench.task.outcome import Outcome, answered
from eegbench.types import Role


class TemporalShuffling(EmbeddingTask):
    """A logistic regression on the absolute differences between the third embedding and those of the anchors.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    layout
        Roles of the views; comes from the sampler.
    dropout
        Dropout probability for the differences.
    """

    roles: ClassVar = {"anchor": 1, "third": 0}
    sampler = "temporal_shuffling"
    metrics = ("accuracy",)
    classes = ("shuffled", "ordered")

    def __init__(self, *, embed_dim: int, layout: Mapping[str, Role], dropout: Dropout) -> None:
        super().__init__()
        self.anchor, self.third = layout["anchor"].views, layout["third"].views
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * embed_dim, 1))

    def judge(
        self, z: Float[Tensor, "n_distinct embed_dim"], index: Int[Tensor, "batch 3"], y: Int[Tensor, "batch"]
    ) -> Outcome:
        """Return binary cross-entropy, and predict 1 for a triplet that is classified as ordered."""
        differences = (z[index[:, self.anchor]] - z[index[:, self.third]]).abs()
        logit = self.head(differences.flatten(1)).squeeze(1).float()
        loss = nn.functional.binary_cross_entropy_with_logits(logit, y.float())
        return answered(loss, y, (logit > 0).long())
