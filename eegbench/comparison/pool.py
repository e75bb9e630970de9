"""Pool the test predictions of a split's folds, which test every subject once, and take means over seeds."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from eegbench.atomic import read_parquet, write_csv, write_parquet
from eegbench.comparison.groups import SEEDS
from eegbench.comparison.replicates import mean_per_subject, mean_scores, mean_sheet
from eegbench.comparison.tested_run import FOLD, N_FOLDS, missing_folds
from eegbench.config import flat, read_json, read_plain
from eegbench.dataset.content import RECORDINGS, difference, named, read_contents
from eegbench.own_files import check_own_files
from eegbench.score import absent_classes, per_subject, render, score
from eegbench.score.predictions import COLUMNS
from eegbench.score.render import n_subjects_of, plural, without_clutter
from eegbench.score.sheet import terminal
from eegbench.types import SPLITS, Score

PREDICTIONS = "predictions.parquet"


def find_runs(folders: Sequence[Path]) -> list[Path]:
    """Return the finished runs in these folders; a folder is a run, or contains runs.

    Raises
    ------
    FileNotFoundError
        If one of the folders does not exist.
    """
    for folder in folders:
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder}: there is no such folder.")
    found = [
        path.parent for folder in folders for path in (*folder.glob(PREDICTIONS), *folder.glob(f"*/{PREDICTIONS}"))
    ]
    for run in set(found):
        check_own_files(run)
    return sorted(set(found), key=lambda run: (len(run.name), run.name))


def pool(runs: Sequence[Path], into: Path) -> list[Score]:
    """Print, write and return the scores of all runs' test predictions together.

    The folds of each seed are pooled; where there are several seeds, scores are means over them.

    Raises
    ------
    ValueError
        If there are no runs, they differ in more than fold and seeds or in their recordings, or two folds of a seed
        test the same subject.
    """
    _check_folds(runs)
    _check_recordings(runs)
    replicates = _by_seed(runs)
    frames = [_test_predictions(folds) for folds in replicates]
    if len(frames) > 1:
        return _pool_seeds(replicates, frames, into)
    frame = frames[0]
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


def _pool_seeds(replicates: Sequence[Sequence[Path]], frames: Sequence[pd.DataFrame], into: Path) -> list[Score]:
    """Print, write and return the scores of several seeds, each with its folds."""
    classes = tuple(frames[0].columns[len(COLUMNS) :])
    scores = mean_scores(frames, classes=classes, split=f"test {_mark(replicates[0][0])}".strip())
    numbered = [frame.assign(replicate=i) for i, frame in enumerate(frames)]
    write_parquet(into / "pooled_predictions.parquet", pd.concat(numbered, ignore_index=True))
    write_csv(into / "pooled_scores.csv", pd.DataFrame([one.row() for one in scores]))
    write_csv(into / "pooled_scores_per_subject.csv", mean_per_subject(frames, classes))
    together = pd.concat(frames, ignore_index=True)
    if len(replicates[0]) > 1:
        print(f"\n{_told(replicates[0], {str(one) for one in frames[0]['subject']})}")
    found = mean_sheet(scores, together["subject"].nunique(), absent_classes(together))
    print(f"\n{terminal(found, shutil.get_terminal_size((130, 24)).columns)}")
    print(f"\npooled: {into / 'pooled_scores.csv'}")
    return [one.score for one in scores]


def _by_seed(runs: Sequence[Path]) -> list[list[Path]]:
    """Join the runs that have the same seeds: they are folds of one replicate."""
    found: dict[tuple[str, ...], list[Path]] = {}
    for run in runs:
        options = flat(read_plain(run / "config.yaml"))
        found.setdefault(tuple(str(options.get(name)) for name in SEEDS), []).append(run)
    return list(found.values())


def _test_predictions(folds: Sequence[Path]) -> pd.DataFrame:
    """Return the test predictions of all folds of a replicate."""
    frames = [read_parquet(run / PREDICTIONS, COLUMNS) for run in folds]
    test = [frame[frame["split"] == "test"] for frame in frames]
    _check_tested_once(folds, test)
    return pd.concat(test, ignore_index=True)


def differing(runs: Sequence[Path]) -> set[str]:
    """Return the options in which runs differ."""
    every = [flat(read_plain(run / "config.yaml")) for run in runs]
    names = {name for options in every for name in options}
    return {name for name in names if any(options.get(name) != every[0].get(name) for options in every)}


def _check_folds(runs: Sequence[Path]) -> None:
    if len(runs) < 2:
        raise ValueError(f"{len(runs)} finished runs with {PREDICTIONS} were found, and pooling needs two or more.")
    if extra := differing(runs) - {FOLD, *SEEDS}:
        raise ValueError(
            f"the runs differ in {', '.join(sorted(extra))}; only runs that differ in {FOLD} and seeds alone pool. "
            f"Compare these: eegbench compare --group-by {','.join(sorted(extra))}."
        )


def _told(runs: Sequence[Path], tested: set[str]) -> str:
    """Return text about the pooled folds and their subjects, with the folds and subjects that are missing."""
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
    """Refuse folds of different recordings, as they are not folds of one split."""
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
