"""Supervised contrastive learning: views of windows with the same label are similar, others are not.

Khosla et al. 2020, Supervised contrastive learning, doi:10.48550/arXiv.2004.11362.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

from eegbench.augmentation import Augmentation
from eegbench.augmentation.base import check_labels
from eegbench.config import Positive, Size, Spec
from eegbench.distributed import gather
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.contrast import similarities
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.task.projector import perceptron
from eegbench.task.two_views import TwoViewTask
from eegbench.types import Form


class Supcon(TwoViewTask):
    """Supervised contrastive loss of two views of each window, over all processes.

    Each view is an anchor once. Its positives are the other views of windows with its label, all other views of the
    batch are its negatives; the loss is the mean over positives of −log softmax of their similarity. Labels of train
    are used, but there is no network that predicts them: probes use the embedding before the projection.

    Parameters
    ----------
    embed_dim
        Size of an embedding; comes from the model.
    form
        Form of the windows; comes from the store.
    augmentations
        Augmentations of each view, applied in this order.
    temperature
        Divisor of the similarities.
    hidden_dim, out_dim
        Number of units of the projection's hidden layer and of its output.
    """

    roles: ClassVar = {"window": 0}
    sampler = "single_window"
    metrics = ("positive_first",)
    least_batch = 1

    def __init__(
        self,
        *,
        embed_dim: int,
        form: Form,
        augmentations: Mapping[str, Spec[Augmentation]],
        temperature: Positive,
        hidden_dim: Size,
        out_dim: Size,
    ) -> None:
        check_labels(augmentations)
        super().__init__(form=form, augmentations=augmentations)
        self.temperature = temperature
        self.projection = perceptron(embed_dim, hidden_dim, out_dim)

    @classmethod
    def uses_labels(cls) -> bool:
        """Return True: labels of train decide which views are positives."""
        return True

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return the loss of the views of a batch, and how often the most similar view has the label of the anchor."""
        twice = replace(views, index=views.index.expand(-1, 2))
        projected = self.projection(encoder(self.augmented(twice, generator))).float()
        return self.compare(projected, views.y.repeat_interleave(2))

    def compare(self, projected: Float[Tensor, "n_views out_dim"], y: Int[Tensor, "n_views"]) -> Outcome:
        """Return the loss of projected views with their labels."""
        similarity, own = similarities(projected, self.temperature)
        is_positive = (y.unsqueeze(1) == gather(y)).scatter(1, own.unsqueeze(1), value=False)
        log_share = similarity.log_softmax(1).masked_fill(~is_positive, 0.0)  # −∞ of a view with itself
        losses, n = -log_share.sum(1) / is_positive.sum(1), len(y)
        nearest = similarity.argmax(1, keepdim=True) if n else own.unsqueeze(1)
        return Outcome(sum_of_mean(losses.mean(), n), n, {"positive_first": (is_positive.gather(1, nearest).sum(), n)})
