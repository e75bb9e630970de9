"""ContraWR: a window's view is closer to a teacher's view of it than to the average of the batch, the world.

Yang et al. 2023, Self-supervised electroencephalogram representation learning for automatic sleep staging: model
development and evaluation study, JMIR AI 2, e46769, doi:10.2196/46769; published first as
doi:10.48550/arXiv.2110.15278.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.config import Positive, Share, Size, Spec
from eegbench.distributed import gather
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.task.projector import perceptron
from eegbench.task.teacher import TeacherTask
from eegbench.types import Form


class Contrawr(TeacherTask):
    """Triplet loss with a view, a teacher's view of the same window, and a mean of the teacher's views of the batch.

    The similarity of two unit vectors x and y is exp(−‖x − y‖² / (2 width²)). The loss of a window is
    max(0, margin + similarity to the mean − similarity to the positive). The mean is weighted by the softmax of cosine
    similarities to the first view divided by the temperature, so that each window has its own; it covers the batches of
    all processes. The teacher is a copy of encoder and projector whose weights follow theirs after each step as an
    exponential moving average.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    augmentations
        Augmentations of each view, applied in this order.
    temperature
        Divisor of the similarities in the weights of the mean.
    width
        Standard deviation of the Gaussian similarity.
    margin
        Smallest difference of the two similarities for which the loss is 0.
    momentum
        Share of a weight of the teacher that a step leaves.
    hidden_dim, out_dim
        Number of units of the projector's hidden layer and of its output.
    """

    metrics = ("positive_closer",)

    def __init__(  # noqa: PLR0913  options of one task, flat for typing
        self,
        *,
        embed_dim: int,
        form: Form,
        augmentations: Mapping[str, Spec[Augmentation]],
        temperature: Positive,
        width: Positive,
        margin: Positive,
        momentum: Share,
        hidden_dim: Size,
        out_dim: Size,
    ) -> None:
        super().__init__(form=form, augmentations=augmentations, momentum=momentum)
        self.temperature, self.width, self.margin = temperature, width, margin
        self.projector = perceptron(embed_dim, hidden_dim, out_dim)

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the loss of the batch, and how often the positive is closer than the mean."""
        windows = self.augmented(views, generator)
        return self.compare(self.projector(encoder(windows[0::2])).float(), self.teacher(windows[1::2]).float())

    def compare(self, anchor: Float[Tensor, "n out_dim"], positive: Float[Tensor, "n out_dim"]) -> Outcome:
        """Return the loss of anchors and their positives."""
        anchor, positive = (nn.functional.normalize(z, dim=1) for z in (anchor, positive))
        every = gather(positive)
        world = (anchor @ every.T / self.temperature).softmax(1) @ every
        close, far = (self._similarity(anchor, other) for other in (positive, world))
        losses, n = (self.margin + far - close).relu(), len(anchor)
        return Outcome(sum_of_mean(losses.mean(), n), n, {"positive_closer": ((close > far).sum(), n)})

    def _similarity(self, one: Float[Tensor, "n dim"], other: Float[Tensor, "n dim"]) -> Float[Tensor, "n"]:
        return (-(one - other).square().sum(1) / (2 * self.width**2)).exp()
