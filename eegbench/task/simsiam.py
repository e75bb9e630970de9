"""SimSiam: predict the projection of one view from the other, with gradients through the prediction alone.

Chen and He 2021, Exploring simple Siamese representation learning, doi:10.48550/arXiv.2011.10566.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation import Augmentation
from eegbench.config import Size, Spec
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.task.projector import projector
from eegbench.task.two_views import TwoViewTask, crossed_cosine
from eegbench.types import Form


class Simsiam(TwoViewTask):
    """Negative cosine similarity of predictions and projections, averaged over both directions.

    The projector has three layers with batch normalisation, the predictor two.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    augmentations
        Augmentations of each view, applied in this order.
    out_dim
        Number of units of each layer of the projector.
    predictor_dim
        Number of units of the predictor's hidden layer.
    """

    metrics = ()

    def __init__(
        self,
        *,
        embed_dim: int,
        form: Form,
        augmentations: Mapping[str, Spec[Augmentation]],
        out_dim: Size,
        predictor_dim: Size,
    ) -> None:
        super().__init__(form=form, augmentations=augmentations)
        self.projector = projector(embed_dim, out_dim, out_dim, n_hidden=2, bias=False, normalised=True)
        self.predictor = projector(out_dim, predictor_dim, out_dim, n_hidden=1, bias=True)

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the loss of the views of a batch."""
        projected = self.projector(encoder(self.augmented(views, generator)))
        return compare(self.predictor(projected).float(), projected.float())


def compare(predicted: Float[Tensor, "n_views dim"], projected: Float[Tensor, "n_views dim"]) -> Outcome:
    """Return the mean negative cosine similarity for each window; its two views are adjacent rows."""
    first, second = crossed_cosine(predicted, projected.detach())
    losses = -(first + second) / 2
    return Outcome(sum_of_mean(losses.mean(), len(losses)), len(losses))
