"""Simulated stages of five scorers, who disagree as often, and about the same stages, as real ones do.

Conventions
-----------
Each epoch has one of three *kinds* of its stage: clear, and doubtful in two ways. For each kind, every scorer has a
distribution over stages, and scorers draw independently. Scorers therefore disagree in the same doubtful epochs, each
with individual tendencies. Kinds and distributions were fitted to real scorers by ``python benchmarks/fit_scorers.py``
(a latent-class model, see Dawid & Skene 1979, doi:10.2307/2346806).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from eegbench.dataset.simulation.statistics import STAGES, Stages, beside_a_change
from eegbench.score.consensus import consensus, ranking, soft_agreement

KEEP = 0.7
"""Probability that a scorer's doubt continues in the next epoch. Real scorers change the stage in 11 % of epochs, these
in 16 %; with a higher value, 25 nights would contain too few doubts to have the distributions of the real ones."""

Scored = Int[np.ndarray, "n_scorers n_epochs"]


@dataclass(frozen=True)
class Habits:
    """Disagreement of the scorers of a set.

    Attributes
    ----------
    kinds
        Fraction of the kinds of each stage, for epochs inside a bout (0) and next to a change of stage (1) (2, 5, 3).
    says
        Probability of each stage (last axis) given by a scorer to an epoch of a stage and kind (5, 3, n_scorers, 5).
    """

    kinds: Float[np.ndarray, "2 5 n_kinds"]
    says: Float[np.ndarray, "5 n_kinds n_scorers 5"]

    @property
    def n_scorers(self) -> int:
        """Number of scorers."""
        return self.says.shape[2]


def draw_scorers(truth: Stages, habits: Habits, *, number: int, seed: int) -> Scored:
    """Draw the stages that each scorer gives to a night.

    Random numbers for the epochs of a stage are spread evenly over 0 to 1, and continue from one night to the next, so
    that a few nights have the distribution of many.

    Parameters
    ----------
    truth
        Stages around which the scorers differ.
    habits
        Disagreement of the scorers.
    number
        Number of the night in its set, from 0.
    seed
        Seed of the set.
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
    """Return the most frequent stage in each epoch; in a tie, that of the best scorer of the night."""
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
    """Return a random number per epoch, constant for some epochs, and evenly spread over the epochs of each stage."""
    is_new = _begins(truth, rng)
    chance = np.zeros(len(truth))
    for stage in range(len(STAGES)):
        at = np.flatnonzero(is_new & (truth == stage))
        chance[at] = (start[stage] + step * np.arange(len(at))) % 1
    last = np.maximum.accumulate(np.where(is_new, np.arange(len(truth)), 0))
    return chance[last]


def _begins(truth: Stages, rng: np.random.Generator) -> Bool[np.ndarray, "n"]:
    """Return a mask of epochs with a new random number: the first of each bout, and others at random."""
    changed = np.r_[True, np.diff(truth) != 0]
    return np.asarray(changed | (rng.random(len(truth)) >= KEEP))


def _drawn(chance: Float[np.ndarray, "n"], shares: Float[np.ndarray, "n n_values"]) -> Int[np.ndarray, "n"]:
    """Return the value that each random number selects; probabilities need not sum to exactly 1."""
    cumulative = shares.cumsum(axis=1)
    return np.asarray((chance[:, None] * cumulative[:, -1:] > cumulative).sum(axis=1))
