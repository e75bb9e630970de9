"""Functions shared by splits over subjects: sizes, draws, and the assignment of windows."""

from collections.abc import Mapping, Sequence
from math import floor

import numpy as np
import pandas as pd
from jaxtyping import Float

N_TRIES = 500
"""Number of random draws among which a stratified division takes the best."""


def subjects_of(table: pd.DataFrame) -> list[str]:
    """Return the subjects of a window table, sorted, so that the order of rows has no effect."""
    return sorted(str(subject) for subject in table["subject"].unique())


def number(size: int | float, n: int, *, option: str, what: str = "subjects") -> int:
    """Return the number that a size stands for: an int is the number itself, a float a fraction of n, rounded.

    Parameters
    ----------
    size
        A number (int), or a fraction of ``n`` with 0 ≤ fraction < 1 (float); a fraction above 0 gives at least 1.
    n
        Number of subjects, sessions or runs.
    option
        Name of the option in error messages, as typed on the command line.
    what
        Plural name of the counted items in error messages.

    Raises
    ------
    ValueError
        If the size is neither.
    """
    if isinstance(size, int) and size >= 0:
        return size
    if isinstance(size, float) and 0 <= size < 1:
        return max(floor(size * n + 0.5), int(size > 0))
    raise ValueError(
        f"{option}={size}: expected a number of {what} (0 or more) or a share of them (0 ≤ share < 1); "
        f"set {option}=0.2."
    )


def check_rest(n_valid: int, n_test: int, n: int, *, who: str) -> None:
    """Raise an error if the sizes leave nothing to train on.

    Raises
    ------
    ValueError
        If ``n_valid`` and ``n_test`` add up to ``n`` or more.
    """
    if n_valid + n_test >= n:
        raise ValueError(
            f"{who}: {n_valid} for valid and {n_test} for test leave none of {n} for train; "
            "set a smaller split.n_valid or split.n_test, add data, or take split=within_subject."
        )


def divide(
    subjects: Sequence[str], sizes: Sequence[int], rng: np.random.Generator, labels: pd.DataFrame | None
) -> list[list[str]]:
    """Draw disjoint groups of subjects; the remaining ones are in no group.

    Parameters
    ----------
    subjects
        Subjects to draw from, sorted.
    sizes
        Size of each group.
    rng
        The only source of randomness.
    labels
        Output of :func:`label_counts` for a stratified division: among many draws, the one is taken whose groups, the
        remaining subjects included, have label proportions closest to those of all. None for one plain draw.
    """
    ends = np.cumsum(sizes)
    draws = (rng.permutation(len(subjects)) for _ in range(1 if labels is None else N_TRIES))
    groups = (np.split(order, ends) for order in draws)
    if labels is None:
        chosen = next(groups)
    else:
        counts = labels.loc[list(subjects)].to_numpy(float)
        chosen = min(groups, key=lambda parts: _imbalance(parts, counts))
    return [sorted(subjects[i] for i in part) for part in chosen[: len(sizes)]]


def label_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Count the scored windows of each subject (rows) and label (columns).

    Raises
    ------
    ValueError
        If no window is scored.
    """
    scored = table[table["label"] >= 0]
    if scored.empty:
        raise ValueError("split.stratify=true needs labels and no window is scored; set split.stratify=false.")
    counts = pd.crosstab(scored["subject"].astype(str), scored["label"])
    return counts.reindex(subjects_of(table), fill_value=0)


def assigned(table: pd.DataFrame, parts: Mapping[str, Sequence[str]]) -> pd.Series:
    """Return the split of each window: that of its subject, or ``train`` if no part names the subject."""
    of_subject = {subject: split for split, subjects in parts.items() for subject in subjects}
    splits = [of_subject.get(str(subject), "train") for subject in table["subject"]]
    return pd.Series(splits, index=table.index, name="split", dtype=str)


def _imbalance(parts: Sequence[np.ndarray], counts: Float[np.ndarray, "n_subjects n_labels"]) -> float:
    """Sum over the parts the absolute differences of their label proportions from those of all."""
    overall = counts.sum(0) / counts.sum()
    sums = np.array([counts[part].sum(0) for part in parts if len(part)])
    shares = sums / np.maximum(sums.sum(1, keepdims=True), 1)
    return float(np.abs(shares - overall).sum())
