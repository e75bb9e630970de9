"""SimCLR: find the other augmented view of the same window among all views of a batch.

Chen et al. 2020, A simple framework for contrastive learning of visual representations,
doi:10.48550/arXiv.2002.05709.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from eegbench.augmentation import Augmentation
from eegbench.config import Positive, Size, Spec
from eegbench.model.base import Encoder
from eegbench.store.windows import Views
from eegbench.task.base import ParameterGroup
from eegbench.task.contrast import nt_xent
from eegbench.task.outcome import Outcome, sum_of_mean
from eegbench.task.projector import perceptron
from eegbench.task.two_views import TwoViewTask
from eegbench.types import Form


class Simclr(TwoViewTask):
    """NT-Xent: the normalised, temperature-scaled cross-entropy of cosine similarities of projected embeddings.

    Each view is an anchor once: its positive is the other view of its window, its negatives are all other views of the
    batch, over all processes. Windows are augmented after the store's normalisation. Probes use the embedding before
    the projection. Biases and normalisation layers have no weight decay, as in the paper.

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

    metrics = ("positive_first",)

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
        super().__init__(form=form, augmentations=augmentations)
        self.temperature = temperature
        self.projection = perceptron(embed_dim, hidden_dim, out_dim)

    def loss(self, encoder: Encoder, views: Views, generator: torch.Generator) -> Outcome:
        """Return NT-Xent of the views of a batch, and how often the positive is the nearest view."""
        return self.compare(self.projection(encoder(self.augmented(views, generator))).float())

    def compare(self, projected: Float[Tensor, "n_anchors out_dim"]) -> Outcome:
        """Return NT-Xent of projected views; the two views of a window are adjacent rows."""
        loss, first = nt_xent(projected, self.temperature)
        n = len(projected)
        return Outcome(sum_of_mean(loss, n), n, {"positive_first": (first, n)})

    def parameter_groups(self, encoder: Encoder) -> list[ParameterGroup]:
        """Return weights in one group, and biases and normalisation layers in another without weight decay."""
        (every,) = super().parameter_groups(encoder)
        return [
            ParameterGroup([p for p in every.parameters if p.ndim > 1]),
            ParameterGroup([p for p in every.parameters if p.ndim <= 1], weight_decay=0.0),
        ]
