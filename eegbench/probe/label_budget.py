"""Random subsets of the labels of train: a number of labels in each class, or all labels of a number of subjects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

MANY_SUBJECTS = 5
"""Number of labelled subjects from which settings are chosen on whole subjects."""


@dataclass(frozen=True)
class Budget:
    """A random subset of the labels of train, on part of which settings are chosen.

    Attributes
    ----------
    axis
        ``labels``: a number of labels in each class. ``subjects``: all labels of a number of subjects.
    size
        This number. A class with fewer labels has all of them.
    draw
        Number of the draw. The subsets of a draw are nested: a larger one contains the smaller ones.
    fit, choose
        Positions among the windows of train, on which a probe is fitted, and on which it chooses settings and stops.
    """

    axis: str
    size: int
    draw: int
    fit: Int[np.ndarray, "n_fit"]
    choose: Int[np.ndarray, "n_choose"]

    @property
    def n_labels(self) -> int:
        """Number of labels in all, those for choosing included."""
        return len(self.fit) + len(self.choose)


def budgets(
    y: Int[np.ndarray, "n"],
    subjects: np.ndarray,
    *,
    n_labels: Sequence[int],
    n_subjects: Sequence[int],
    n_draws: int,
    choose_share: float,
    rng: np.random.Generator,
) -> Iterator[Budget]:
    """Yield every subset, the same ones for the same random generator.

    Sizes that no class reaches are left out, and so are subsets with fewer than two classes. A number of subjects above
    that of train becomes that of train.

    Parameters
    ----------
    y, subjects
        Label and subject of each window of train.
    n_labels, n_subjects
        Sizes on the two axes.
    n_draws
        Number of random draws of each size.
    choose_share
        Share of the labels of each class on which settings are chosen, rounded down. From five subjects on, it is a
        share of the subjects, rounded to at least one, whose windows are all used for this.
    rng
        Random generator.
    """
    names, counts = np.unique(subjects), np.bincount(y)
    for draw in range(n_draws):
        order, places = rng.permutation(len(y)), rng.permutation(len(names))
        in_order = [order[y[order] == label] for label in np.unique(y)]  # of each class, in random order
        for size in (size for size in n_labels if size <= counts.max()):
            parts = [_cut(of_class[:size], choose_share) for of_class in in_order]
            yield _budget("labels", size, draw, parts)
        for size in sorted({min(size, len(names)) for size in n_subjects}):
            drawn = names[places[:size]]
            if size >= MANY_SUBJECTS:
                n_choose = max(1, int(choose_share * size)) if choose_share else 0
                parts = [(_of(order, subjects, drawn[n_choose:]), _of(order, subjects, drawn[:n_choose]))]
            else:
                rows = _of(order, subjects, drawn)
                parts = [_cut(rows[y[rows] == label], choose_share) for label in np.unique(y[rows])]
            budget = _budget("subjects", size, draw, parts)
            if len(np.unique(y[budget.fit])) > 1:
                yield budget


def _of(order: Int[np.ndarray, "n"], subjects: np.ndarray, drawn: np.ndarray) -> Int[np.ndarray, "m"]:
    """Return the positions of the windows of some subjects, in a given order."""
    return order[np.isin(subjects[order], drawn)]


def _cut(rows: Int[np.ndarray, "n"], share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to fit to, and those to choose on: the first of each ``1 / share`` rows, so that draws nest."""
    is_chosen = np.floor(share * np.arange(1, len(rows) + 1)) > np.floor(share * np.arange(len(rows)))
    return rows[~is_chosen], rows[is_chosen]


def _budget(axis: str, size: int, draw: int, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> Budget:
    fit, choose = (np.sort(np.concatenate(rows)) for rows in zip(*parts, strict=True))
    return Budget(axis, size, draw, fit, choose)
