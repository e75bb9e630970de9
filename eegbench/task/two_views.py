"""Base class of tasks that compare two augmented views of each window of a batch."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from eegbench.augmentation import Augmentation
from eegbench.config import Spec
from eegbench.store.windows import Views, Windows
from eegbench.task.base import Task
from eegbench.types import Form


class TwoViewTask(Task):
    """Base class of tasks that compare two augmented views of each window.

    Windows are augmented after the store's normalisation, separately for each view. Both views go through the encoder
    in one call, so batch normalisation uses both. Probes use the embedding before the projector.

    Parameters
    ----------
    form
        Form of the windows; comes from the store.
    augmentations
        Augmentations of each view, applied in this order.
    """

    roles: ClassVar[Mapping[str, int]] = {"view": 1}
    sampler: ClassVar[str] = "window_twice"
    least_batch: ClassVar[int] = 2

    def __init__(self, *, form: Form, augmentations: Mapping[str, Spec[Augmentation]]) -> None:
        super().__init__()
        self.augmentations = [spec.build(form=form) for spec in augmentations.values()]

    def augmented(self, views: Views, generator: torch.Generator) -> Windows:
        """Return the views of a batch; the two views of a window are adjacent."""
        views = views.expanded()
        for augment in self.augmentations:
            views = augment(views, generator)
        return views.windows


def crossed_cosine(
    predicted: Float[Tensor, "n_views dim"], target: Float[Tensor, "n_views dim"]
) -> tuple[Float[Tensor, "n_windows"], Float[Tensor, "n_windows"]]:
    """Return the cosine similarity of each view's prediction and the other view's target; adjacent rows are views."""
    (one, other), (target_one, target_other) = both(predicted), both(target)
    cosine = nn.functional.cosine_similarity
    return cosine(one, target_other), cosine(other, target_one)


def both(z: Float[Tensor, "n_views dim"]) -> tuple[Float[Tensor, "n_windows dim"], Float[Tensor, "n_windows dim"]]:
    """Split adjacent views into the first and the second view of each window."""
    return z[0::2], z[1::2]
