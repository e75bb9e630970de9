"""Errors for runs that cannot be compared in one table, with the names of two of them."""

from collections.abc import Sequence

import pandas as pd

from eegbench.comparison.counted import Windows
from eegbench.comparison.groups import SEEDS, Group
from eegbench.comparison.tested_run import FOLD, Tested
from eegbench.dataset.content import named
from eegbench.tracking.finished_runs import FinishedRun


def check_comparable(groups: Sequence[Group], split: str) -> None:
    """Check that groups can be compared in one table.

    Raises
    ------
    ValueError
        If datasets, classes, labels or test subjects differ, if a group mixes recordings, or if only some results are
        within subjects or transductive.
    """
    runs = [run for group in groups for run in group.runs]
    for one in runs[1:]:
        _check_same_question(runs[0], one)
    _check_labels(runs)
    for group in groups:
        _check_recordings(group)
    for group in groups[1:]:
        _check_subjects(groups[0], group, split)


def differing_windows(groups: Sequence[Group]) -> bool:
    """Return whether groups test different windows of the same subjects, e.g. of other lengths or rejections."""
    each = [{run.windows for run in group.runs} for group in groups]
    if all(one == each[0] for one in each):
        return False
    windows = [set().union(*(one.labels.index for one in some)) for some in each]
    return any(one != windows[0] for one in windows)


def _check_same_question(first: Tested, other: Tested) -> None:
    datasets = [str(one.run.tags.get("dataset", "?")) for one in (first, other)]
    if datasets[0] != datasets[1]:
        raise ValueError(
            f"{first.run} is on {datasets[0]} and {other.run} on {datasets[1]}; different datasets cannot be compared "
            f"in one table: choose one with --filter \"tags.dataset = '{datasets[0]}'\"."
        )
    if first.classes != other.classes:
        raise ValueError(
            f"{first.run} has the classes {', '.join(first.classes)} and {other.run} {', '.join(other.classes)}; "
            "different classes cannot be compared in one table: choose runs of one label map with --filter."
        )
    if first.within_subject != other.within_subject:
        inside, outside = (first, other) if first.within_subject else (other, first)
        raise ValueError(
            f"{inside.run} tests subjects that it also trained on, {outside.run} does not; within-subject and "
            "between-subject scores cannot be compared in one table: choose one kind with "
            "--filter \"tags.`split.within_subject` = 'False'\"."
        )
    if first.transductive != other.transductive:
        saw, blind = (first, other) if first.transductive else (other, first)
        raise ValueError(
            f"the encoder of {saw.run} was trained on signals of its test subjects, that of {blind.run} was not; "
            "transductive scores cannot be compared with others: leave these runs out with --filter."
        )


def _check_labels(runs: Sequence[Tested]) -> None:
    """Refuse runs with different labels for a window: their recordings have equal names, but different content."""
    known: pd.Series | None = None
    tested: dict[Windows, Tested] = {}
    for run in runs:
        tested.setdefault(run.windows, run)
    for run in tested.values():
        labels = run.windows.labels
        if known is not None:
            both = known.index.intersection(labels.index)
            other = both[known.loc[both].to_numpy() != labels.loc[both].to_numpy()]
            if len(other):
                recording, start_s = other[0]
                first = next(one for one in runs if recording in one.windows.recordings)
                raise ValueError(
                    f"{first.run} and {run.run} have different labels for recording {recording} at {start_s:g} s "
                    f"({known.loc[other[0]]} and {labels.loc[other[0]]}): these are different datasets under the same "
                    f"names ({_data_options(first, run)}), which cannot be in one table; choose one with --filter."
                )
            labels = pd.concat([known, labels.drop(both)])
        known = labels


def _check_recordings(group: Group) -> None:
    """Refuse groups of runs that differ only in seeds, folds and their recordings."""
    first: dict[tuple[tuple[str, str], ...], Tested] = {}
    for run in group.runs:
        named = {name: value for name, value in run.options.items() if name not in (*SEEDS, FOLD, "encoder")}
        other = first.setdefault(tuple(sorted(named.items())), run)
        if other.recordings != run.recordings:
            raise ValueError(
                f"{other.run} and {run.run} have the same options and were made of different recordings "
                f"({_places(other, run)}), so they are not repetitions of one experiment and no group has both: leave "
                "one of them out with --filter."
            )


def _data_options(first: Tested, other: Tested) -> str:
    """Return text about the options of the dataset in which two runs differ."""
    differing = _differing(first, other)
    return ", ".join(f"{name}={one} and {two}" for name, one, two in differing) or "the files of its folder changed"


def _differing(first: Tested, other: Tested) -> list[tuple[str, str | None, str | None]]:
    """Return the options of the dataset in which two runs differ, with both values."""
    here, there = first.run.parameters, other.run.parameters
    names = sorted(name for name in {*here, *there} if name.startswith("dataset."))
    return [(name, here.get(name), there.get(name)) for name in names if here.get(name) != there.get(name)]


def _places(first: Tested, other: Tested) -> str:
    """Return text about the folders of the recordings."""
    differing = [f"{name}={one} and {two}, so add it to --group-by" for name, one, two in _differing(first, other)]
    return "; ".join(differing) or "files in its folders were added, removed or changed in between"


def _check_subjects(first: Group, other: Group, split: str) -> None:
    """Refuse groups whose replicates test different sets of subjects."""
    here, there = _tested(first), _tested(other)
    for extra, of, against in ((here.keys() - there.keys(), here, there), (there.keys() - here.keys(), there, here)):
        for subjects in sorted(extra, key=sorted):
            nearest = max(against, key=lambda others: len(others & subjects))
            only = [_named(subjects - nearest), _named(nearest - subjects)]
            raise ValueError(
                f"{of[subjects]} and {against[nearest]} have different {split} subjects (only the first: {only[0]}; "
                f"only the second: {only[1]}) and cannot be compared in one table: run both with the same split, "
                "split.seed and all folds, or choose runs with --filter."
            )


def _tested(group: Group) -> dict[frozenset[str], FinishedRun]:
    """Return the sets of test subjects of the replicates, each with the first run that tests it."""
    sets = [(frozenset().union(*(run.subjects for run in folds)), folds[0].run) for folds in group.replicates]
    return dict(reversed(sets))


def _named(subjects: frozenset[str]) -> str:
    return named(sorted(subjects)) or "none"
