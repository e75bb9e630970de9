"""BYOL: predict a slowly moving teacher's projection of one view from the other view.

Grill et al. 2020, Bootstrap your own latent: a new approach to self-supervised learning,
doi:10.48550/arXiv.2006.07733.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation import Augmentation
from eegbench.config import Share, Size, Spec
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.task.projector import projector
from eegbench.task.teacher import TeacherTask
from eegbench.task.two_views import crossed_cosine
from eegbench.types import Form


class Byol(TeacherTask):
    """Squared distance between predictions and a teacher's projections, both of unit length, in both directions.

    The teacher is a copy of encoder and projector whose weights follow theirs after each step as an exponential moving
    average, with a constant momentum. The paper raised it to 1 along a cosine.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    augmentations
        Augmentations of each view, applied in this order.
    momentum
        Share of a weight of the teacher that a step leaves.
    hidden_dim, out_dim
        Number of units of the hidden layer of projector and predictor, and of their outputs.
    """

    metrics = ()

    def __init__(
        self,
        *,
        embed_dim: int,
        form: Form,
        augmentations: Mapping[str, Spec[Augmentation]],
        momentum: Share,
        hidden_dim: Size,
        out_dim: Size,
    ) -> None:
        super().__init__(form=form, augmentations=augmentations, momentum=momentum)
        self.projector = projector(embed_dim, hidden_dim, out_dim, n_hidden=1, bias=True)
        self.predictor = projector(out_dim, hidden_dim, out_dim, n_hidden=1, bias=True)

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the loss of the views of a batch."""
        windows = self.augmented(views, generator)
        predicted = self.predictor(self.projector(encoder(windows)))
        return compare(predicted.float(), self.teacher(windows).float())


def compare(predicted: Float[Tensor, "n_views dim"], target: Float[Tensor, "n_views dim"]) -> Outcome:
    """Return the sum of both directions' squared distances for each window; its two views are adjacent rows."""
    first, second = crossed_cosine(predicted, target)
    losses = (2 - 2 * first) + (2 - 2 * second)
    return Outcome(sum_of_mean(losses.mean(), len(losses)), len(losses))
