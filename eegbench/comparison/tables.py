"""Numbers of a comparison, computed from groups of runs: rows, differences and ranks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain, combinations

import numpy as np
import pandas as pd

from eegbench.comparison.groups import Group, find_group, in_order
from eegbench.comparison.pooled_folds import PooledFolds
from eegbench.comparison.tested_run import Tested
from eegbench.probe.control import CONTROLS, FITTED
from eegbench.score import AGGREGATIONS
from eegbench.score.comparison import Difference, Entry, differences, score_entry
from eegbench.score.paired import ALPHA
from eegbench.score.rank import Ranking, ranking
from eegbench.score.replicate import Replicate


@dataclass(frozen=True)
class Question:
    """Options of a comparison.

    Attributes
    ----------
    by
        Names by which runs are grouped.
    metric, aggregation, split
        As in ``scores.csv``.
    reference
        Group with which the others are compared; None for all pairs.

    Raises
    ------
    ValueError
        If there is no such aggregation.
    """

    by: tuple[str, ...]
    metric: str
    aggregation: str
    split: str
    reference: str | None

    def __post_init__(self) -> None:
        if self.aggregation not in AGGREGATIONS:
            raise ValueError(
                f"--aggregation {self.aggregation}: one table has one aggregation, {' or '.join(AGGREGATIONS)}; "
                "make a table for each."
            )


@dataclass(frozen=True)
class Comparison:
    """Results of a comparison.

    Attributes
    ----------
    question
        Options of the comparison.
    groups, entries
        Groups and their rows, in the order of the numeric option in which they differ, or else best first.
    controls
        Rows of the controls, averaged over all runs of the table.
    pairs
        Differences between groups, with the better group as A.
    against_controls
        Differences of each group from the controls of its own runs; p-values are corrected separately.
    ranking
        Ranks of the groups; None with too few subjects or groups.
    subjects, classes
        Test subjects, and names of classes.
    mark
        Text that follows the name of the split.
    """

    question: Question
    groups: tuple[Group, ...]
    entries: tuple[Entry, ...]
    controls: tuple[Entry, ...]
    pairs: tuple[Difference, ...]
    against_controls: tuple[Difference, ...]
    ranking: Ranking | None
    subjects: tuple[str, ...]
    classes: tuple[str, ...]
    mark: str

    @property
    def runs(self) -> list[Tested]:
        """All runs of the table."""
        return [run for group in self.groups for run in group.runs]

    @property
    def split(self) -> str:
        """The split with its mark."""
        return f"{self.question.split} {self.mark}".strip()

    def _asked(self) -> dict[str, str]:
        return {
            "metric": self.question.metric,
            "split": self.split,
            "aggregation": self.question.aggregation,
        }

    def table(self) -> pd.DataFrame:
        """Return a row per group and control, with all numbers."""
        rows = []
        for entry, group in zip(self.entries, self.groups, strict=True):
            runs = {"n_runs": len(group.runs), "n_seeds": len(group.values("seed"))}
            rows.append({"kind": "group", "name": entry.name, **group.key, **self._asked(), **_numbers(entry), **runs})
        for entry in self.controls:
            rows.append({"kind": "control", "name": entry.name, **self._asked(), **_numbers(entry)})
        return pd.DataFrame(rows).astype({"n_runs": "Int64", "n_seeds": "Int64"})

    def differences(self) -> pd.DataFrame:
        """Return a row per difference, first between groups, then from controls."""
        columns = ["kind", *self._asked(), *Difference.__dataclass_fields__]
        rows = [{"kind": "groups", **self._asked(), **asdict(one)} for one in self.pairs]
        rows += [{"kind": "control", **self._asked(), **asdict(one)} for one in self.against_controls]
        return pd.DataFrame(rows, columns=columns)

    def by_subject(self) -> pd.DataFrame:
        """Return each subject's value for each group and control; tests compare these values."""
        rows = [
            {"name": entry.name, "subject": subject, **self._asked(), "value": value}
            for entry in (*self.entries, *self.controls)
            for subject, value in zip(self.subjects, entry.by_subject, strict=True)
        ]
        return pd.DataFrame(rows)


def compare_groups(groups: Sequence[Group], question: Question) -> Comparison:
    """Score the groups on the same subjects, and compare them.

    Parameters
    ----------
    groups
        Groups that can be compared in one table.
    question
        Options of the comparison.

    Raises
    ------
    ValueError
        If there is no such metric or reference.
    """
    classes = groups[0].runs[0].classes
    subjects = pd.Index(sorted({subject for group in groups for run in group.runs for subject in run.subjects}))
    reference = None if question.reference is None else find_group(groups, question.reference).name

    def entry(name: str, replicates: Sequence[Replicate]) -> Entry:
        return score_entry(
            name,
            replicates,
            len(subjects),
            metric=question.metric,
            classes=classes,
            aggregation=question.aggregation,
        )

    replicate = PooledFolds(subjects)

    def counted(some: Sequence[Group], control: str | None = None) -> list[Replicate]:
        found = (replicate.of(folds, control) for group in some for folds in group.replicates)
        return [one for one in found if len(one.counts)]

    scored = {group.name: entry(group.name, counted([group])) for group in groups}
    best_first = sorted(groups, key=lambda group: -np.nan_to_num(scored[group.name].value, nan=-np.inf))
    ordered = in_order(groups) or best_first
    entries = [scored[group.name] for group in ordered]
    beside = {name: [counted([group], name) for group in ordered] for name in _controls(groups)}
    beside = {name: of_groups for name, of_groups in beside.items() if any(of_groups)}
    own = [
        (scored[group.name], entry(name, of_groups[place]))
        for place, group in enumerate(ordered)
        for name, of_groups in beside.items()
        if of_groups[place]
    ]
    every = differences(list(combinations([scored[group.name] for group in best_first], 2)))
    return Comparison(
        question=question,
        groups=tuple(ordered),
        entries=tuple(entries),
        controls=tuple(entry(name, [*chain.from_iterable(of_groups)]) for name, of_groups in beside.items()),
        pairs=tuple(every if reference is None else _against(reference, entries)),
        against_controls=tuple(differences(own)),
        ranking=_rank(entries, every),
        subjects=tuple(map(str, subjects)),
        classes=classes,
        mark=groups[0].runs[0].mark,
    )


def _controls(groups: Sequence[Group]) -> list[str]:
    """Return the names of the controls: those that a probe was fitted to, those fitted to windows, and guesses."""
    runs = [run for group in groups for run in group.runs]
    there = {name for run in runs for name in run.counts if name != run.probe}
    of_windows = sorted(there.difference(CONTROLS, (run.probe for run in runs)))
    return [*FITTED, *of_windows, *(name for name in CONTROLS if name not in FITTED)]


def _against(reference: str, entries: Sequence[Entry]) -> list[Difference]:
    (b,) = [entry for entry in entries if entry.name == reference]
    return differences([(entry, b) for entry in entries if entry is not b])


def _rank(entries: Sequence[Entry], every: Sequence[Difference]) -> Ranking | None:
    """Rank the groups; bars depend on tests between all groups, even if only some pairs are shown."""
    names = tuple(entry.name for entry in entries)
    separated = np.zeros((len(names), len(names)), dtype=bool)
    for one in every:
        i, j = names.index(one.a), names.index(one.b)
        separated[i, j] = separated[j, i] = one.p_holm < ALPHA
    return ranking(names, np.stack([entry.by_subject for entry in entries]), separated)


def _numbers(entry: Entry) -> dict[str, float]:
    names = ("value", "ci_low", "ci_high", "sd", "n_replicates", "n_subjects", "n_windows")
    return {name: getattr(entry, name) for name in names}
