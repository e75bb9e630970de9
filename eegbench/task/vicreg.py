"""VICReg: two views of a window agree, and embeddings neither collapse nor repeat themselves.

Bardes et al. 2022, VICReg: variance-invariance-covariance regularization for self-supervised learning,
doi:10.48550/arXiv.2105.04906.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.config import Positive, Size, Spec
from eegbench.distributed import gather
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.task.projector import projector
from eegbench.task.two_views import TwoViewTask, both
from eegbench.types import Form

EPSILON = 1e-4
"""Added to variances, as in the paper."""


class Vicreg(TwoViewTask):
    """Invariance, variance and covariance of projected views, over the batches of all processes.

    The loss is a weighted sum of three terms. Invariance: the mean squared difference of the two views of a window.
    Variance: for each view, the mean over dimensions of max(0, 1 − standard deviation over windows). Covariance: for
    each view, the sum of the squared covariances between dimensions, divided by the number of dimensions.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    augmentations
        Augmentations of each view, applied in this order.
    invariance, variance, covariance
        Weights of the terms.
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
        invariance: Positive,
        variance: Positive,
        covariance: Positive,
        hidden_dim: Size,
        out_dim: Size,
    ) -> None:
        super().__init__(form=form, augmentations=augmentations)
        self.invariance, self.variance, self.covariance = invariance, variance, covariance
        self.projector = projector(embed_dim, hidden_dim, out_dim, n_hidden=2, bias=False)

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the loss of the views of a batch."""
        return self.compare(self.projector(encoder(self.augmented(views, generator))).float())

    def compare(self, projected: Float[Tensor, "n_views out_dim"]) -> Outcome:
        """Return the loss of projected views; the two views of a window are adjacent rows."""
        n = len(projected) // 2
        first, second = both(gather(projected))
        loss = self.invariance * nn.functional.mse_loss(first, second)
        for z in (first, second):
            covariance = _covariance(z)
            own = covariance.diagonal()
            off_diagonal = (covariance.square().sum() - own.square().sum()) / z.shape[1]
            loss = loss + self.variance * (1 - (own + EPSILON).sqrt()).relu().mean() + self.covariance * off_diagonal
        return Outcome(sum_of_mean(loss, n), n)


def _covariance(z: Float[Tensor, "n dim"]) -> Float[Tensor, "dim dim"]:
    """Return the unbiased covariance of dimensions; 0 for a single row."""
    centred = z - z.mean(0)
    return centred.T @ centred / max(len(z) - 1, 1)
