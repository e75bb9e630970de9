"""Weights of classes in the loss, so that a rare class counts as much as a frequent one."""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

ClassWeights = Literal["none", "balanced"]
"""Whether classes are weighted in the loss: not at all, or by the inverse of how often train has them."""


def class_weights(
    kind: ClassWeights, classes: Sequence[str], counts: Sequence[int]
) -> Float[Tensor, "n_classes"] | None:
    """Return the weight of each class, mean count / own count; None where they are not weighted.

    Parameters
    ----------
    kind
        Which weights.
    classes
        Their names, for error messages.
    counts
        Windows of each class in train.

    Raises
    ------
    ValueError
        Where a class has no window in train.
    """
    if kind == "none":
        return None
    absent = [name for name, n in zip(classes, counts, strict=True) if n == 0]
    if absent:
        raise ValueError(
            f"task.class_weights=balanced: no window of train has the class {', '.join(absent)}; leave it out of "
            "dataset.labels and add its texts to dataset.ignored, train on more subjects, or set "
            "task.class_weights=none."
        )
    n = torch.tensor(counts, dtype=torch.float32)
    return n.mean() / n
