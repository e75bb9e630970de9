"""Folds of one split test every subject once: their predictions pool into one table of scores."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import OmegaConf

from eegbench.config import flat
from eegbench.types import Score

FOLD = "split.fold"
SCORED = "predictions.parquet"


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench pool``; return the exit status."""
    parser = argparse.ArgumentParser(prog="eegbench pool", description=__doc__)
    parser.add_argument("folder", nargs="+", type=Path, help="folders of runs, or of a multirun")
    parser.add_argument("--into", type=Path, help="where to write the table (default: the first folder)")
    words = parser.parse_args(argv)
    try:
        pool(find_runs(words.folder), words.into or words.folder[0])
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    return 0


def find_runs(folders: Sequence[Path]) -> list[Path]:
    """Return the finished runs in these folders: each is one, or holds some."""
    found = [path.parent for folder in folders for path in (*folder.glob(SCORED), *folder.glob(f"*/{SCORED}"))]
    return sorted(set(found), key=lambda run: (len(run.name), run.name))


def pool(runs: Sequence[Path], into: Path) -> list[Score]:
    """Print, write and return the scores of all runs' test predictions together.

    Raises
    ------
    ValueError
        Where there are no runs, they differ in more than the fold, or a subject is tested twice.
    """
    import pandas as pd

    from eegbench.command.report import told
    from eegbench.command.results import write_csv, write_parquet
    from eegbench.score import per_subject, render, score

    _check_folds(runs)
    frames = [pd.read_parquet(run / SCORED) for run in runs]
    test = [frame[frame["split"] == "test"] for frame in frames]
    _check_tested_once(runs, test)
    frame = pd.concat(test, ignore_index=True)
    classes = tuple(frame.columns[7:])  # the fixed columns come first, see eegbench.score.predictions
    scores = score(frame, classes=classes, rng=np.random.default_rng(0), mark=_mark(runs[0]))
    write_parquet(into / "pooled_predictions.parquet", frame)
    write_csv(into / "pooled_scores.csv", pd.DataFrame([one.row() for one in scores]))
    write_csv(into / "pooled_scores_per_subject.csv", per_subject(frame, classes))
    width = shutil.get_terminal_size((100, 24)).columns
    print(
        f"\n{len(runs)} folds pooled: every subject's windows were predicted by a probe that never saw the subject.\n"
    )
    print(render(told(scores, frame), n_subjects={"test": frame["subject"].nunique()}, width=width))
    print(f"\npooled: {into / 'pooled_scores.csv'}")
    return scores


def _check_folds(runs: Sequence[Path]) -> None:
    if len(runs) < 2:
        raise ValueError(f"{len(runs)} finished runs with {SCORED} were found, and pooling needs two or more.")
    if extra := differing(runs) - {FOLD}:
        raise ValueError(f"the runs differ in {', '.join(sorted(extra))}; only runs that differ in {FOLD} alone pool.")


def _check_tested_once(runs: Sequence[Path], test: Sequence[Any]) -> None:
    seen: dict[str, Path] = {}
    for run, frame in zip(runs, test, strict=True):
        for subject in frame["subject"].unique():
            if subject in seen:
                raise ValueError(f"subject {subject} is in the test split of {seen[subject]} and of {run}.")
            seen[subject] = run


def differing(runs: Sequence[Path]) -> set[str]:
    """Return the options in which runs differ."""
    every = [flat(OmegaConf.to_container(OmegaConf.load(run / "config.yaml"))) for run in runs]  # type: ignore[arg-type]
    names = {name for options in every for name in options}
    return {name for name in names if any(options.get(name) != every[0].get(name) for options in every)}


def _mark(run: Path) -> str:
    within = OmegaConf.load(run / "config.yaml").split["_target_"].endswith("WithinSubject")
    return "(within subject)" if within else ""
