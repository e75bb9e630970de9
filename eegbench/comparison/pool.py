"""Pool the test predictions of a split's folds: together they test every subject once."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from eegbench.atomic import write_csv, write_parquet
from eegbench.comparison.tested import FOLD, N_FOLDS, missing_folds
from eegbench.config import flat, read_json, read_plain
from eegbench.dataset.content import RECORDINGS, difference, named, read_contents
from eegbench.score import absent_classes, per_subject, render, score
from eegbench.score.predictions import COLUMNS
from eegbench.score.render import n_subjects_of, plural, without_clutter
from eegbench.types import SPLITS, Score

PREDICTIONS = "predictions.parquet"


def find_runs(folders: Sequence[Path]) -> list[Path]:
    """Return the finished runs in these folders: each is one, or holds some."""
    found = [
        path.parent for folder in folders for path in (*folder.glob(PREDICTIONS), *folder.glob(f"*/{PREDICTIONS}"))
    ]
    return sorted(set(found), key=lambda run: (len(run.name), run.name))


def pool(runs: Sequence[Path], into: Path) -> list[Score]:
    """Print, write and return the scores of all runs' test predictions together.

    Raises
    ------
    ValueError
        Where there are no runs, they differ in more than the fold or in their recordings, or a subject is tested twice.
    """
    _check_folds(runs)
    _check_recordings(runs)
    frames = [pd.read_parquet(run / PREDICTIONS) for run in runs]
    test = [frame[frame["split"] == "test"] for frame in frames]
    _check_tested_once(runs, test)
    frame = pd.concat(test, ignore_index=True)
    classes = tuple(frame.columns[len(COLUMNS) :])
    scores = score(frame, classes=classes, mark=_mark(runs[0]))
    write_parquet(into / "pooled_predictions.parquet", frame)
    write_csv(into / "pooled_scores.csv", pd.DataFrame([one.row() for one in scores]))
    write_csv(into / "pooled_scores_per_subject.csv", per_subject(frame, classes))
    print(f"\n{_told(runs, {str(subject) for subject in frame['subject']})}\n")
    width = shutil.get_terminal_size((100, 24)).columns
    print(
        render(
            without_clutter(scores, frame), n_subjects=n_subjects_of(frame), width=width, absent=absent_classes(frame)
        )
    )
    print(f"\npooled: {into / 'pooled_scores.csv'}")
    return scores


def differing(runs: Sequence[Path]) -> set[str]:
    """Return the options in which runs differ."""
    every = [flat(read_plain(run / "config.yaml")) for run in runs]
    names = {name for options in every for name in options}
    return {name for name in names if any(options.get(name) != every[0].get(name) for options in every)}


def _check_folds(runs: Sequence[Path]) -> None:
    if len(runs) < 2:
        raise ValueError(f"{len(runs)} finished runs with {PREDICTIONS} were found, and pooling needs two or more.")
    if extra := differing(runs) - {FOLD}:
        raise ValueError(f"the runs differ in {', '.join(sorted(extra))}; only runs that differ in {FOLD} alone pool.")


def _told(runs: Sequence[Path], tested: set[str]) -> str:
    """Say how many folds were pooled and whom they test, and name the folds and subjects that are missing."""
    every = [flat(read_plain(run / "config.yaml")) for run in runs]
    n_folds = every[0].get(N_FOLDS)
    missing = missing_folds([options.get(FOLD) for options in every], n_folds)
    untested = sorted(_subjects(runs[0]) - tested)
    blind = "were predicted by a probe that never saw the subject"
    if not missing and not untested:
        return f"{len(runs)} folds pooled: every subject's windows {blind}."
    without = f" of {n_folds} folds pooled, without {named(missing)}" if missing else " folds pooled"
    n_subjects = plural(len(tested) + len(untested), "subject")
    return (
        f"{len(runs)}{without}: the windows of {len(tested)} of {n_subjects} {blind}; "
        f"not tested: {named(untested) or 'none'}."
    )


def _subjects(run: Path) -> set[str]:
    """Return all subjects of a run's splits."""
    splits = read_json(run / "split.json")
    return {str(one) for split in SPLITS for one in (splits.get(split) or {}).get("subjects", ())}


def _check_recordings(runs: Sequence[Path]) -> None:
    """Refuse folds of different recordings: each was dealt from other subjects."""
    first = read_contents(runs[0] / RECORDINGS)
    for run in runs[1:]:
        if differs := difference(first, read_contents(run / RECORDINGS)):
            told = differs.words("only in the first", "only in the second")
            raise ValueError(
                f"{runs[0]} and {run} were made of different recordings ({told}), so they are not folds of one split; "
                "run all folds on the same recordings."
            )


def _check_tested_once(runs: Sequence[Path], test: Sequence[pd.DataFrame]) -> None:
    seen: dict[str, Path] = {}
    for run, frame in zip(runs, test, strict=True):
        for subject in frame["subject"].unique():
            if subject in seen:
                raise ValueError(f"subject {subject} is in the test split of {seen[subject]} and of {run}.")
            seen[subject] = run


def _mark(run: Path) -> str:
    within = read_json(run / "split.json").get("within_subject")
    return "(within subject)" if within else ""
