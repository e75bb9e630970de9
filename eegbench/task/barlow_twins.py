"""Barlow Twins: the cross-correlation of two views' dimensions is the identity matrix.

Zbontar et al. 2021, Barlow Twins: self-supervised learning via redundancy reduction, doi:10.48550/arXiv.2103.03230.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation import Augmentation
from eegbench.config import Positive, Size, Spec
from eegbench.distributed import gather
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.task.projector import projector
from eegbench.task.two_views import TwoViewTask, both
from eegbench.types import Form

EPSILON = 1e-5
"""Added to variances, as in batch normalisation."""


class BarlowTwins(TwoViewTask):
    """Cross-correlation of the dimensions of projected views, over the batches of all processes.

    The loss is Σᵢ (1 − Cᵢᵢ)² + redundancy · Σᵢⱼ, i ≠ j, Cᵢⱼ², where Cᵢⱼ is the correlation over windows of dimension i
    of the first view and dimension j of the second.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    augmentations
        Augmentations of each view, applied in this order.
    redundancy
        Weight of the correlations between different dimensions.
    hidden_dim, out_dim
        Number of units of each of the projector's two hidden layers, and of its output.
    """

    metrics = ()

    def __init__(
        self,
        *,
        embed_dim: int,
        form: Form,
        augmentations: Mapping[str, Spec[Augmentation]],
        redundancy: Positive,
        hidden_dim: Size,
        out_dim: Size,
    ) -> None:
        super().__init__(form=form, augmentations=augmentations)
        self.redundancy = redundancy
        self.projector = projector(embed_dim, hidden_dim, out_dim, n_hidden=2, bias=False)

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the loss of the views of a batch."""
        return self.compare(self.projector(encoder(self.augmented(views, generator))).float())

    def compare(self, projected: Float[Tensor, "n_views out_dim"]) -> Outcome:
        """Return the loss of projected views; the two views of a window are adjacent rows."""
        n = len(projected) // 2
        first, second = (_standardised(z) for z in both(gather(projected)))
        correlation = first.T @ second / max(len(first), 1)
        own = correlation.diagonal()
        redundant = correlation.square().sum() - own.square().sum()
        return Outcome(sum_of_mean((1 - own).square().sum() + self.redundancy * redundant, n), n)


def _standardised(z: Float[Tensor, "n dim"]) -> Float[Tensor, "n dim"]:
    centred = z - z.mean(0)
    return centred * (centred.square().mean(0) + EPSILON).rsqrt()
