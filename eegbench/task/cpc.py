"""Contrastive predictive coding (CPC): find the windows that follow a context among other windows.

van den Oord et al. 2018, Representation learning with contrastive predictive coding,
doi:10.48550/arXiv.1807.03748; on EEG Banville et al. 2021, J. Neural Eng. 18, 046020, doi:10.1088/1741-2552/abca18.
"""

from collections.abc import Mapping
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from eegbench.config import Spec
from eegbench.model.sequence import SequenceEncoder
from eegbench.task.base import EmbeddingTask
from eegbench.task.contrast import n_first
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.types import Role


class Cpc(EmbeddingTask):
    """InfoNCE loss with a bilinear map for each predicted step.

    A sequence encoder reads the embeddings of the context. Its last output vector c scores a candidate z for step k by
    zᵀ W_k c. The loss of each step is the cross-entropy over the positive and its negatives. Probes use the embedding
    of a window, without the sequence encoder.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    layout
        Roles of the views; comes from the sampler.
    context
        The sequence encoder.
    """

    roles: ClassVar = {"context": 1, "future": 1, "negative": 2}
    sampler = "cpc"
    metrics = ("positive_first",)

    def __init__(self, *, embed_dim: int, layout: Mapping[str, Role], context: Spec[SequenceEncoder]) -> None:
        super().__init__()
        self.layout = layout
        self.context = context.build(in_dim=embed_dim)
        (self.n_steps,) = layout["future"].shape
        self.predict = nn.Linear(self.context.out_dim, self.n_steps * embed_dim, bias=False)

    def judge(
        self,
        z: Float[Tensor, "n_distinct embed_dim"],
        index: Int[Tensor, "batch n_views"],
        y: Tensor,  # noqa: ARG002
    ) -> Outcome:
        """Return InfoNCE of all predicted steps, and how often the positive has the highest score."""
        known = index[:, self.layout["context"].views]
        summary = self.context(z[known], known >= 0)[:, -1]
        predicted = self.predict(summary).view(len(index), self.n_steps, z.shape[1])
        scores = torch.einsum("bsd,bscd->bsc", predicted, z[self._candidates(index)]).float().flatten(0, 1)
        positive, n = torch.zeros(len(scores), dtype=torch.long, device=z.device), len(scores)
        loss = sum_of_mean(nn.functional.cross_entropy(scores, positive), n)
        return Outcome(loss, n, {"positive_first": (n_first(scores, positive), n)})

    def _candidates(self, index: Int[Tensor, "batch n_views"]) -> Int[Tensor, "batch n_steps n_candidates"]:
        """Return the positive of each step, and then its negatives."""
        negative = self.layout["negative"]
        others = index[:, negative.views].view(len(index), *negative.shape)
        return torch.cat([index[:, self.layout["future"].views].unsqueeze(2), others], dim=2)
