"""Mean ranks over subjects, and groups that do not differ significantly, for a critical-difference diagram.

Average ranks and Friedman's test are those of Demšar 2006 (JMLR 7, 1-30). Two groups are not joined by a bar if a
pairwise signed-rank test separates them (Benavoli, Corani and Mangili 2016, JMLR 17(5), 1-10): the result for two
groups should not depend on the other groups of the table.
"""

from dataclasses import dataclass

import numpy as np
import scipy  # its submodules are imported when they are used
from jaxtyping import Bool, Float

from eegbench.score.paired import DIGITS, MIN_SUBJECTS

MIN_GROUPS = 3
"""Two groups are compared by their difference; an order needs more."""


@dataclass(frozen=True)
class Ranking:
    """The order of groups over subjects.

    Attributes
    ----------
    names
        Groups, best first.
    ranks
        Their mean ranks over subjects (n_groups,); 1 is best.
    bars
        Groups that do not differ significantly, as first and last position in ``names``.
    p
        p-value of Friedman's test that all groups are equal.
    n
        Number of subjects ranked.
    """

    names: tuple[str, ...]
    ranks: Float[np.ndarray, "n_groups"]
    bars: tuple[tuple[int, int], ...]
    p: float
    n: int


def ranking(
    names: tuple[str, ...],
    values: Float[np.ndarray, "n_groups n_subjects"],
    separated: Bool[np.ndarray, "n_groups n_groups"],
) -> Ranking | None:
    """Rank groups within each subject; None with fewer than six subjects or three groups.

    Parameters
    ----------
    names
        The groups.
    values
        Metric of each subject (higher is better); subjects with a missing value are left out.
    separated
        Whether two groups differ significantly in a corrected test.
    """
    defined = np.round(values[:, np.isfinite(values).all(axis=0)], DIGITS)
    if len(names) < MIN_GROUPS or defined.shape[1] < MIN_SUBJECTS:
        return None
    ranks = average_ranks(defined)
    order = np.argsort(ranks, kind="stable")
    return Ranking(
        names=tuple(names[i] for i in order),
        ranks=ranks[order],
        bars=bars(separated[np.ix_(order, order)]),
        p=friedman_p(defined),
        n=defined.shape[1],
    )


def average_ranks(values: Float[np.ndarray, "n_groups n_subjects"]) -> Float[np.ndarray, "n_groups"]:
    """Return each group's mean rank over subjects; 1 is the highest value, and ties share the mean of their ranks."""
    return np.asarray(scipy.stats.rankdata(-values, axis=0).mean(axis=1))


def friedman_p(values: Float[np.ndarray, "n_groups n_subjects"]) -> float:
    """Return the p-value of Friedman's test; 1 if all groups are equal for every subject."""
    if (values == values[0]).all():
        return 1.0
    return float(scipy.stats.friedmanchisquare(*values).pvalue)


def bars(separated: Bool[np.ndarray, "n n"]) -> tuple[tuple[int, int], ...]:
    """Return the longest sequences of neighbours, in the given order, in which no two are separated."""
    found: list[tuple[int, int]] = []
    for first in range(len(separated)):
        last = first
        while last + 1 < len(separated) and not separated[first : last + 1, last + 1].any():
            last += 1
        if last > first and not (found and found[-1][1] >= last):
            found.append((first, last))
    return tuple(found)
