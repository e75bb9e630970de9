"""What a run says while it goes on, and the tables it ends with."""

import math
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from eegbench.command.data import Data, counts
from eegbench.command.evaluation import Evaluation
from eegbench.probe import ProbeNotConvergedError
from eegbench.progress import tell
from eegbench.score import render
from eegbench.score.render import without_clutter

MAX_TOLD = 5
"""Skipped recordings that are named on the screen; all of them are in ``summary.json``."""


def tell_data(data: Data) -> None:
    """Say which part of which set this is, what was left out, and how many windows each split has."""
    tell(f"data: {data.coverage}; {data.opened.n_built} shards built, {len(data.store.shards)} in use")
    for skipped in data.opened.skipped[:MAX_TOLD]:
        tell(f"skipped {skipped.recording}: {skipped.reason}")
    if len(data.opened.skipped) > MAX_TOLD:
        tell(f"… and {len(data.opened.skipped) - MAX_TOLD} more, all in summary.json")
    for split, number in counts(data).items():
        if number["n_windows"]:
            by_class = ", ".join(f"{name} {number[f'n_{name}']}" for name in data.store.classes)
            tell(
                f"{split}: {number['n_subjects']} subjects, {number['n_recordings']} recordings, "
                f"{number['n_windows']} windows ({by_class}, unscored {number['n_unscored']}; "
                f"rejected: {number['n_flat']} flat, {number['n_saturated']} saturated)"
            )
    if data.within_subject:
        tell("within subject: the same subjects stand in several splits, and every table says so")


def tell_pass(row: Mapping[str, Any]) -> None:
    """Say how a pass went, in a line."""
    shown = [f"pass {row['pass']:>3}"]
    for name in ("train_loss", "valid_loss", "valid_accuracy", "probe_valid_balanced_accuracy"):
        if row.get(name) is not None and not math.isnan(row[name]):
            shown.append(f"{name.replace('_', ' ')} {row[name]:.4f}")
    tell("  ".join([*shown, f"({row['seconds']:.1f} s)"]))


@contextmanager
def resumable(folder: Path) -> Iterator[None]:
    """Say how to go on where the work is interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        tell(f"interrupted; finish this run with: eegbench train resume={folder}")
        raise
    except ProbeNotConvergedError:
        tell(f"what was trained is kept; finish this run with: eegbench train resume={folder} probe.linear.max_iter=N")
        raise


def tell_results(outcome: Evaluation | None, data: Data, summary: Mapping[str, Any]) -> None:
    """Print the tables of scores, and what the training really took."""
    print()
    if outcome is None:
        print("No labels, so no probe: the encoder, its embeddings and the pretext's figures are in the run's folder.")
    else:
        split = "test" if len(data.part("test")) else "valid"
        shown = without_clutter(
            [score for score in outcome.scores if score.split.startswith(split)], outcome.predictions
        )
        n_subjects = {name: number["n_subjects"] for name, number in counts(data).items()}
        print(render(shown, n_subjects=n_subjects, width=shutil.get_terminal_size((100, 24)).columns))
    print(
        f"\ntrained for {summary['n_passes']} passes, {summary['n_steps']} steps of the optimiser and "
        f"{summary['n_examples']} examples ({summary['n_drawn']} drawn), {_rate(summary)}in {summary['precision']}; "
        f"weights of pass {summary['best_pass']}; {summary['stopped']}"
    )


def _rate(summary: Mapping[str, Any]) -> str:
    seconds = summary["train_seconds"]
    return f"{summary['n_examples'] / seconds:,.0f} a second, " if seconds > 0 else ""


def tell_trial(metrics: Mapping[str, float], folder: Path) -> None:
    """Say in a line how a trial did on valid; its test scores are for later, in its folder and in MLflow."""
    shown = [f"{name} {metrics[name]:.4f}" for name in metrics if name.startswith("valid") and "/linear/" in name]
    tell(f"{'; '.join(one for one in shown if 'f1/' not in one and 'mean' not in one)}  ({folder})")


def tell_checks(checks: pd.DataFrame) -> None:
    """Print how far each method's map depends on the weights, and whether the network depends on what it shows.

    Scores are mean probabilities of what the network says; a map that tells more than chance has a lower one where its
    highest places are deleted than where random ones are, and a higher one where they are inserted.
    """
    columns = {
        "shuffled_similarity": "rank correlation with shuffled weights",
        "deletion": "deletion",
        "deletion_random": "at random",
        "insertion": "insertion",
        "insertion_random": "at random",
    }
    print(f"\n{'':24}" + "".join(f"{title:>{max(12, len(title) + 2)}}" for title in columns.values()))
    for _, row in checks.iterrows():
        values = [(f"{row[name]:.3f}" if pd.notna(row.get(name)) else "–") for name in columns]
        cells = (f"{value:>{max(12, len(title) + 2)}}" for value, title in zip(values, columns.values(), strict=True))
        print(f"{row['method']:24}" + "".join(cells))


def tell_published(published: Mapping[str, str] | None, metrics: Mapping[str, float], dataset: str) -> None:
    """Print figures from elsewhere beside ours, by the names of MLflow's metrics."""
    if not published:
        return
    print(f"\nours is on {dataset}\n{'':32}{'ours':>10}   published")
    for name, figure in published.items():
        ours = f"{metrics[name]:.4g}" if name in metrics else "–"
        print(f"{name:32}{ours:>10}   {figure}")


def tell_place(folder: Path, link: str) -> None:
    """Print where the run lies and how to look at it."""
    print(f"\nrun: {folder}")
    if link != str(folder):
        print(link)
