"""Comparison of each rater of a night with a consensus of experts: scorers with all others, models with the best.

A rater is a scorer or a model. A scorer is compared with the consensus of all other scorers, a model with that of all
but the worst, so that the number of votes is the same. Epochs are weighted by the share of votes for their stage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.agreement.nights import Night, Stages
from eegbench.score.consensus import STAGES, Consensus, consensus, ranking, soft_agreement, weighted_confusion
from eegbench.score.metric import accuracy, cohen_kappa, f1, weighted_f1

SCORER, MODEL = "scorer", "model"


@dataclass(frozen=True)
class Rating:
    """Stages of one rater for one night, and the consensus for comparison.

    Attributes
    ----------
    rater, kind
        Name of the rater; ``scorer`` or ``model``.
    record
        Name of the night.
    stages
        Stages of the rater.
    reference
        Consensus of the experts.
    soft_agreement, rank
        Soft agreement and rank of a scorer among all scorers of the night (1 is best); NaN for a model.
    """

    rater: str
    kind: str
    record: str
    stages: Stages
    reference: Consensus
    soft_agreement: float
    rank: float

    @property
    def confusion(self) -> Float[np.ndarray, "6 6"]:
        """Weights of epochs by the consensus (rows) and the rater's stage (columns); the last is none."""
        return weighted_confusion(self.reference.stage, self.stages, self.reference.weight)

    def row(self) -> dict[str, object]:
        """Return the rating as a row of a table; metrics are in percent."""
        counts = self.confusion
        who = {"rater": self.rater, "kind": self.kind, "record": self.record}
        place = {"soft_agreement": 100 * self.soft_agreement, "rank": self.rank}
        n = {"n_epochs": int((self.reference.stage >= 0).sum()), "n_tied": int(self.reference.tied.sum())}
        overall = {"f1": weighted_f1(counts), "accuracy": accuracy(counts), "kappa": cohen_kappa(counts)}
        shown = overall | _by_stage(counts)
        return {**who, **n, **place, **{name: 100 * float(value) for name, value in shown.items()}}


def rate(
    scorers: Sequence[str], nights: Sequence[Night], predictions: Mapping[str, Mapping[str, Stages]]
) -> list[Rating]:
    """Rate every scorer and every model on every night that it staged."""
    found: list[Rating] = []
    for night in nights:
        agreement = soft_agreement(night.stages)
        order = ranking(agreement)
        place = np.argsort(order) + 1
        for i, name in enumerate(scorers):
            others = consensus(night.stages[[j for j in order if j != i]])
            one = night.stages[i]
            found.append(Rating(name, SCORER, night.record, one, others, float(agreement[i]), float(place[i])))
        best = consensus(night.stages[order[:-1]])
        for name, by_record in predictions.items():
            if night.record in by_record:
                said = by_record[night.record]
                found.append(Rating(name, MODEL, night.record, said, best, float("nan"), float("nan")))
    return found


def best_consensus(nights: Sequence[Night]) -> dict[str, Consensus]:
    """Return the consensus of all scorers but the worst, for each night."""
    return {night.record: consensus(night.stages[ranking(soft_agreement(night.stages))[:-1]]) for night in nights}


def pairwise_confusion(nights: Sequence[Night]) -> Int[np.ndarray, "n_scorers n_scorers 6 6"]:
    """Count epochs by one scorer's stage (rows) and another's (columns), of every ordered pair; the last is none."""
    n, n_scorers = len(STAGES) + 1, len(nights[0].stages)
    counts = np.zeros((n_scorers, n_scorers, n * n), dtype=np.int64)
    for night in nights:
        for a, one in enumerate(night.stages):
            for b, other in enumerate(night.stages):
                counts[a, b] += np.bincount(one % n * n + other % n, minlength=n * n)
    return counts.reshape(n_scorers, n_scorers, n, n)


def ratings_table(ratings: Sequence[Rating]) -> pd.DataFrame:
    """Return a row per rater and night."""
    return pd.DataFrame([one.row() for one in ratings])


def _by_stage(counts: Float[np.ndarray, "6 6"]) -> dict[str, Float[np.ndarray, ""]]:
    """Score each stage against all others; NaN if neither the consensus nor the rater has it."""
    each = f1(counts)
    values: dict[str, Float[np.ndarray, ""]] = {}
    for i, stage in enumerate(STAGES):
        hits, row, column = counts[i, i], counts[i].sum(), counts[:, i].sum()
        rest = counts.sum() - row - column + hits
        pair = np.array([[hits, row - hits], [column - hits, rest]])
        values |= {
            f"f1/{stage}": np.asarray(each[i]),
            f"accuracy/{stage}": np.asarray(accuracy(pair)),
            f"kappa/{stage}": np.asarray(cohen_kappa(pair)),
        }
    return values
