"""Scores over several seeds in one table: means with SD, and intervals over subjects and seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from eegbench.score import AGGREGATIONS, confusion, held_classes, per_subject
from eegbench.score.comparison import Entry, score_entry
from eegbench.score.interval import KIND, MIN_SUBJECTS
from eegbench.score.metric import METRICS, PER_CLASS, n_averaged
from eegbench.score.render import HEADERS, plural
from eegbench.score.replicate import count_replicate
from eegbench.score.sheet import Sheet, number, sentences, with_interval
from eegbench.score.table_notes import absence, means_over
from eegbench.types import Score


@dataclass(frozen=True)
class MeanScore:
    """A score as the mean over seeds.

    Attributes
    ----------
    score
        Mean, with an interval over subjects and seeds; ``n`` is the mean number of windows per seed.
    sd
        Standard deviation over seeds.
    n_replicates
        Number of seeds.
    """

    score: Score
    sd: float
    n_replicates: int

    def row(self) -> dict[str, object]:
        """Return the columns of ``pooled_scores.csv``."""
        return {**asdict(self.score), "sd": self.sd, "n_replicates": self.n_replicates}


def mean_scores(frames: Sequence[pd.DataFrame], *, classes: tuple[str, ...], split: str) -> list[MeanScore]:
    """Score every probe by every metric and aggregation, as the mean over replicates.

    Parameters
    ----------
    frames
        Tables of predictions on test, one for each of two or more replicates.
    classes
        Class names.
    split
        Name of the split with its mark.
    """
    together = pd.concat(frames, ignore_index=True)
    held = held_classes(together, classes)
    subjects = pd.Index(together["subject"].unique()).sort_values()
    found = []
    for probe in together["probe"].unique():
        own = [frame[frame["probe"] == probe] for frame in frames]
        counted = [count_replicate(frame, subjects, held) for frame in own if len(frame)]
        matrix = confusion(together[together["probe"] == probe], held)
        for aggregation in AGGREGATIONS:
            for metric in (*METRICS, *(f"{PER_CLASS}{name}" for name in held)):
                entry = score_entry(
                    str(probe), counted, len(subjects), metric=metric, classes=held, aggregation=aggregation
                )
                n_classes = n_averaged(metric, matrix) if aggregation == "pooled" else 0
                found.append(_mean_score(entry, metric, split, aggregation, n_classes))
    return found


def mean_per_subject(frames: Sequence[pd.DataFrame], classes: tuple[str, ...]) -> pd.DataFrame:
    """Return each subject's scores as means over the replicates that test it."""
    every = pd.concat([per_subject(frame, classes) for frame in frames], ignore_index=True)
    return every.groupby(["probe", "split", "subject", "metric"], sort=False).mean().reset_index()


def mean_sheet(scores: Sequence[MeanScore], n_subjects: int, absent: Mapping[str, Sequence[str]]) -> Sheet:
    """Return the table of pooled scores: a row per probe, with mean ± SD and interval."""
    pooled = [one for one in scores if one.score.aggregation == "pooled" and one.score.metric in HEADERS]
    cells: dict[str, list[str]] = {}
    for one in pooled:
        text = with_interval(one.score.value, one.score.ci_low, one.score.ci_high)
        value, _, interval = text.partition(" ")
        cells.setdefault(one.score.probe, []).append(f"{value} ± {number(one.sd)} {interval}".rstrip())
    first = pooled[0]
    n = plural(first.n_replicates, "replicate")
    where = f"{first.score.split}, mean over {n} (seeds × draws of subjects)"
    unit = f"pooled over {plural(first.score.n, 'window')} of {plural(n_subjects, 'subject')}"
    classes = {one.score.metric: one.score.n_classes for one in pooled if one.score.n_classes}
    macro = means_over({HEADERS[metric]: plural(k, "class") for metric, k in classes.items()})
    told = f"[low, high]: {KIND} over subjects and replicates"
    interval = told if n_subjects >= MIN_SUBJECTS else "no intervals: one subject"
    note = sentences(["± SD over replicates", interval, *macro, *absence(absent)])
    rows = tuple((name.replace("_", " "), *row) for name, row in cells.items())
    headers = tuple(HEADERS[metric] for metric in METRICS if metric in HEADERS)
    return Sheet(f"{where}, {unit}", ("probe", *headers), rows, note)


def _mean_score(entry: Entry, metric: str, split: str, aggregation: str, n_classes: int) -> MeanScore:
    n = int(np.rint(entry.n_windows))
    score = Score(entry.name, metric, split, aggregation, entry.value, entry.ci_low, entry.ci_high, n, n_classes)
    return MeanScore(score, entry.sd, entry.n_replicates)
