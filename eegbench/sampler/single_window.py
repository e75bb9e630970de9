"""Every scored window once per pass, in random order: examples for supervised training."""

import numpy as np
import pandas as pd
from jaxtyping import Int

from eegbench.sampler.base import Sampler, arrange
from eegbench.types import Draw


class SingleWindow(Sampler):
    """Draw scored windows that were not rejected, with one view each and their labels as targets.

    Parameters
    ----------
    class_balanced
        Draw with replacement as many windows as there are, with the same probability for each class. If not, each
        window is drawn once.
    """

    def __init__(self, *, class_balanced: bool) -> None:
        self.class_balanced = class_balanced
        self.layout = arrange({"window": ()})

    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass of windows (n_windows, 1), targets int64 labels.

        Raises
        ------
        ValueError
            If no window is scored.
        """
        usable = table[(table["label"] >= 0) & ~table["rejected"].to_numpy(bool)]
        if usable.empty:
            raise ValueError(
                f"None of {len(table)} windows is scored and accepted, so there is nothing to learn labels from; "
                f"add recordings with labels to this split, or choose a task without labels."
            )
        labels = usable["label"].to_numpy(np.int64)
        chosen = _balanced(labels, rng) if self.class_balanced else rng.permutation(len(labels))
        return Draw(usable.index.to_numpy(np.int64)[chosen, None], labels[chosen])


def _balanced(labels: Int[np.ndarray, "n_windows"], rng: np.random.Generator) -> Int[np.ndarray, "n_windows"]:
    """Draw positions: a class uniformly, then one of its windows uniformly."""
    classes, counts = np.unique(labels, return_counts=True)
    by_class, first = np.argsort(labels, kind="stable"), np.cumsum(counts) - counts
    drawn = rng.integers(len(classes), size=len(labels))
    chosen: Int[np.ndarray, "n_windows"] = by_class[first[drawn] + rng.integers(0, counts[drawn])]
    return chosen
