"""Consensus of several experts for one night, with their agreement and ranking.

Conventions
-----------
Stages are integers: 0 W, 1 N1, 2 N2, 3 N3, 4 R, and -1 for none, which is counted as a vote like the others.

References
----------
Guillot, Sauvet, During and Thorey 2020, IEEE Transactions on Neural Systems and Rehabilitation Engineering 28,
1955-1965, doi 10.1109/TNSRE.2020.3011181.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

STAGES = ("W", "N1", "N2", "N3", "R")
UNSCORED = -1

Stages = Int[np.ndarray, "n_scorers n_epochs"]


@dataclass(frozen=True)
class Consensus:
    """Consensus of several scorers for a night.

    Attributes
    ----------
    stage
        Stage with the most votes in each epoch.
    weight
        Share of the scorers who gave this stage, from 1 / n_scorers to 1.
    tied
        Whether several stages had the most votes; the best scorer's stage is used then.
    """

    stage: Int[np.ndarray, "n_epochs"]
    weight: Float[np.ndarray, "n_epochs"]
    tied: Bool[np.ndarray, "n_epochs"]


def soft_agreement(stages: Stages) -> Float[np.ndarray, "n_scorers"]:
    """Return the soft agreement of each scorer with the others, between 0 and 1.

    In each epoch, the votes of the others for the scorer's stage are divided by their votes for their favourite.
    The mean over epochs is the soft agreement.

    Parameters
    ----------
    stages
        Stages of two scorers or more.
    """
    epochs = np.arange(stages.shape[1])
    all_votes = _votes(stages)
    found = []
    for own in stages:
        others = all_votes.copy()
        others[epochs, own - UNSCORED] -= 1
        found.append(np.mean(others[epochs, own - UNSCORED] / others.max(axis=1)))
    return np.array(found)


def ranking(agreement: Float[np.ndarray, "n_scorers"]) -> Int[np.ndarray, "n_scorers"]:
    """Return the scorers from best to worst; ties keep their order."""
    return np.argsort(-agreement, kind="stable")


def consensus(ranked: Stages) -> Consensus:
    """Return the majority stage of each epoch; in case of a tie, the best scorer decides.

    Parameters
    ----------
    ranked
        Stages of each scorer, the best scorer first.
    """
    votes = _votes(ranked)
    most = votes.max(axis=1)
    tied = (votes == most[:, None]).sum(axis=1) > 1
    stage = np.where(tied, ranked[0], votes.argmax(axis=1) + UNSCORED)
    return Consensus(stage, most / len(ranked), tied)


def weighted_confusion(
    truth: Int[np.ndarray, "n_epochs"], said: Int[np.ndarray, "n_epochs"], weight: Float[np.ndarray, "n_epochs"]
) -> Float[np.ndarray, "6 6"]:
    """Sum the weights of epochs by true stage (rows) and predicted stage (columns); the last index means none.

    Epochs without a true stage are left out. An epoch with a true stage but without a predicted one counts as an error.
    """
    n = len(STAGES) + 1
    scored = truth >= 0
    cell = truth[scored] * n + said[scored] % n
    return np.bincount(cell, weight[scored], minlength=n * n).reshape(n, n)


def _votes(stages: Stages) -> Int[np.ndarray, "n_epochs 6"]:
    """Count the scorers for each stage in each epoch; the first column is for none."""
    epochs = np.arange(stages.shape[1])
    votes = np.zeros((stages.shape[1], len(STAGES) + 1), dtype=np.int64)
    for own in stages:
        votes[epochs, own - UNSCORED] += 1
    return votes
