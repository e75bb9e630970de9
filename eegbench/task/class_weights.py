"""Weights of classes in the loss, so that rare classes count as much as frequent ones."""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

ClassWeights = Literal["none", "balanced"]
"""Weights of classes in the loss: none, or inversely proportional to their frequency in train."""


def class_weights(
    kind: ClassWeights, classes: Sequence[str], counts: Sequence[int]
) -> Float[Tensor, "n_classes"] | None:
    """Return the weight of each class, mean count / own count; None if classes are not weighted.

    Parameters
    ----------
    kind
        Kind of weights.
    classes
        Class names, for error messages.
    counts
        Number of windows of each class in train.

    Raises
    ------
    ValueError
        If a class has no window in train.
    """
    if kind == "none":
        return None
    absent = [name for name, n in zip(classes, counts, strict=True) if n == 0]
    if absent:
        raise ValueError(
            f"task.class_weights=balanced: no window of train has the class {', '.join(absent)}; remove it from "
            "dataset.labels and add its texts to dataset.ignored, train on more subjects, or set "
            "task.class_weights=none."
        )
    n = torch.tensor(counts, dtype=torch.float32)
    return n.mean() / n
