"""Relative positioning: predict whether two windows are close in time, without labels.

Banville et al. 2021, Uncovering the structure of clinical EEG signals with self-supervised learning,
J. Neural Eng. 18, 046020, doi:10.1088/1741-2552/abca18.
"""

from typing import ClassVar, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.config import Dropout
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.base import EmbeddingTask
from eegbench.task.outcome import Outcome, answered


class RelativePositioning(EmbeddingTask):
    """A logistic regression on |z₁ − z₂|, the absolute difference of two embeddings.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    dropout
        Dropout probability for the differences.
    batch_statistics
        ``joint``: batch normalisation uses both views of the batch in one call. ``view``: it uses each view separately,
        as in the published tutorial.
    """

    roles: ClassVar = {"anchor": 0, "partner": 0}
    sampler = "relative_positioning"
    metrics = ("accuracy",)
    classes = ("far", "close")

    def __init__(self, *, embed_dim: int, dropout: Dropout, batch_statistics: Literal["joint", "view"]) -> None:
        super().__init__()
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(embed_dim, 1))
        self.batch_statistics = batch_statistics

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the outcome of a batch, whose views are encoded together or one after the other."""
        if self.batch_statistics == "joint" or not encoder.training:
            return super().loss(encoder, views, generator)
        z = torch.cat([encoder(views.windows[index]) for index in views.index.T])
        index = torch.arange(len(z), device=z.device).view(2, -1).T
        return self.judge(z, index, views.y)

    def judge(
        self, z: Float[Tensor, "n_distinct embed_dim"], index: Int[Tensor, "batch 2"], y: Int[Tensor, "batch"]
    ) -> Outcome:
        """Return binary cross-entropy, and predict 1 for a pair that is classified as close."""
        first, second = torch.unbind(z[index], dim=1)
        logit = self.head((first - second).abs()).squeeze(1).float()
        loss = nn.functional.binary_cross_entropy_with_logits(logit, y.float())
        return answered(loss, y, (logit > 0).long())
