"""What five scorers give a simulated night: they disagree as often, and about the same stages, as real ones do.

Conventions
-----------
Each epoch is of one of three *kinds* of its stage: what is clear, and what is doubtful in two ways. Of an epoch of a
kind every scorer has his own shares of stages, and scorers draw independently. So scorers disagree together, where an
epoch is doubtful, and each has his own leaning. Kinds and shares were fitted to real scorers by
``python benchmarks/fit_scorers.py`` (a latent-class model, see Dawid & Skene 1979, doi:10.2307/2346806).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from eegbench.dataset.simulation.statistics import STAGES, Stages, beside_a_change
from eegbench.score.consensus import consensus, ranking, soft_agreement

KEEP = 0.7
"""How often a scorer who doubts goes on doubting in the next epoch. Real scorers change the stage in 11 % of epochs,
these in 16 %; with more, 25 nights would hold too few doubts to have the shares of the real ones."""

Scored = Int[np.ndarray, "n_scorers n_epochs"]


@dataclass(frozen=True)
class Habits:
    """How the scorers of a set disagree.

    Attributes
    ----------
    kinds
        Share of the kinds of each stage, for epochs inside a bout (0) and beside a change of stage (1) (2, 5, 3).
    says
        Share of each stage (last axis) that a scorer gives an epoch of a stage and kind (5, 3, n_scorers, 5).
    """

    kinds: Float[np.ndarray, "2 5 n_kinds"]
    says: Float[np.ndarray, "5 n_kinds n_scorers 5"]

    @property
    def n_scorers(self) -> int:
        """Number of scorers."""
        return self.says.shape[2]


def draw_scorers(truth: Stages, habits: Habits, *, number: int, seed: int) -> Scored:
    """Draw what each scorer gives every epoch of a night.

    Chances of the epochs of a stage are spread evenly over 0 to 1, and go on so from one night to the next: a few
    nights have the shares of many.

    Parameters
    ----------
    truth
        The stages around which they differ.
    habits
        Of the scorers.
    number
        Of the night in its set, from 0.
    seed
        Of the set.
    """
    n = habits.n_scorers
    rng = np.random.default_rng([seed, number, n])
    start = np.random.default_rng([seed, n]).random((n + 1, len(STAGES)))
    between_nights = np.sqrt(2) * np.arange(1, start.size + 1).reshape(start.shape)
    starts = (start + number * between_nights) % 1
    chance = np.stack(
        [_spread(truth, one, step, rng) for one, step in zip(starts, even_steps(n + 1), strict=True)]
    )  # one row for kinds, one a scorer
    kind = _drawn(chance[0], habits.kinds[beside_a_change(truth).astype(int), truth])
    said = habits.says[truth, kind]
    return np.stack([_drawn(row, said[:, j]) for j, row in enumerate(chance[1:])])


def consensus_of(scored: Scored) -> Stages:
    """Return the stage of most scorers in each epoch; where votes are equal, that of the best scorer of the night."""
    return consensus(scored[ranking(soft_agreement(scored))]).stage


def even_steps(n_dims: int) -> Float[np.ndarray, "n_dims"]:
    """Return steps whose multiples, modulo 1, fill a unit cube evenly.

    They are powers of the root of x^(n+1) = x + 1: the golden ratio for one dimension, the plastic one for two.
    """
    root = 2.0
    for _ in range(60):  # converges to the last digit
        root = (1 + root) ** (1 / (n_dims + 1))
    return np.asarray(root ** -np.arange(1.0, n_dims + 1))


def _spread(
    truth: Stages, start: Float[np.ndarray, "5"], step: float, rng: np.random.Generator
) -> Float[np.ndarray, "n"]:
    """Return a chance an epoch: it stays for a while, and those of a stage are spread evenly from their start."""
    is_new = _begins(truth, rng)
    chance = np.zeros(len(truth))
    for stage in range(len(STAGES)):
        at = np.flatnonzero(is_new & (truth == stage))
        chance[at] = (start[stage] + step * np.arange(len(at))) % 1
    last = np.maximum.accumulate(np.where(is_new, np.arange(len(truth)), 0))
    return chance[last]


def _begins(truth: Stages, rng: np.random.Generator) -> Bool[np.ndarray, "n"]:
    """Mark epochs that get a new chance: the first of each bout, and others by luck."""
    changed = np.r_[True, np.diff(truth) != 0]
    return np.asarray(changed | (rng.random(len(truth)) >= KEEP))


def _drawn(chance: Float[np.ndarray, "n"], shares: Float[np.ndarray, "n n_values"]) -> Int[np.ndarray, "n"]:
    """Return the value that each chance stands for; shares need not sum to exactly 1."""
    cumulative = shares.cumsum(axis=1)
    return np.asarray((chance[:, None] * cumulative[:, -1:] > cumulative).sum(axis=1))
