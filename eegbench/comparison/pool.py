"""Pool the test predictions of a split's folds: together they test every subject once."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from eegbench.atomic import write_csv, write_parquet
from eegbench.config import flat, read_json, read_plain
from eegbench.score import per_subject, render, score
from eegbench.score.predictions import COLUMNS
from eegbench.score.render import without_clutter
from eegbench.types import Score

FOLD = "split.fold"
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
        Where there are no runs, they differ in more than the fold, or a subject is tested twice.
    """
    _check_folds(runs)
    frames = [pd.read_parquet(run / PREDICTIONS) for run in runs]
    test = [frame[frame["split"] == "test"] for frame in frames]
    _check_tested_once(runs, test)
    frame = pd.concat(test, ignore_index=True)
    classes = tuple(frame.columns[len(COLUMNS) :])
    scores = score(frame, classes=classes, rng=np.random.default_rng(0), mark=_mark(runs[0]))
    write_parquet(into / "pooled_predictions.parquet", frame)
    write_csv(into / "pooled_scores.csv", pd.DataFrame([one.row() for one in scores]))
    write_csv(into / "pooled_scores_per_subject.csv", per_subject(frame, classes))
    print(
        f"\n{len(runs)} folds pooled: every subject's windows were predicted by a probe that never saw the subject.\n"
    )
    width = shutil.get_terminal_size((100, 24)).columns
    print(render(without_clutter(scores, frame), n_subjects={"test": frame["subject"].nunique()}, width=width))
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
