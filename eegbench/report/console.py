"""Output of a run in the terminal: a line for each step on standard error, tables of scores on standard output."""

import math
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from eegbench.config import typed
from eegbench.preprocessing.build import Skipped
from eegbench.probe import ProbeNotConvergedError
from eegbench.probe.control import NOTICEABLE, UNFITTED, fitted_to_windows, without_repeated
from eegbench.progress import tell
from eegbench.report.run_figures import shown_split
from eegbench.score import absent_classes, render
from eegbench.score.render import n_subjects_of, plural, without_clutter
from eegbench.types import Score

MAX_SKIPPED = 5
"""Maximum number of skipped recordings that are printed; ``summary.json`` lists all."""


@dataclass(frozen=True)
class DataOverview:
    """Counts of the data of a run.

    Attributes
    ----------
    coverage
        Part of the complete data set that is used, as text.
    n_built, n_shards
        Number of shards that were built for this run, and of all shards in use.
    skipped
        Recordings that cannot be used, with reasons.
    counts
        For each split, numbers of subjects, recordings and windows (``n_…``), and of windows by class, unscored, flat,
        saturated and marked bad.
    classes
        Class names.
    within_subject
        Whether a subject may be in two splits.
    """

    coverage: str
    n_built: int
    n_shards: int
    skipped: Sequence[Skipped]
    counts: Mapping[str, Mapping[str, int]]
    classes: tuple[str, ...]
    within_subject: bool


def tell_data(data: DataOverview) -> None:
    """Print the coverage of the dataset, skipped recordings, and the number of windows in each split."""
    tell(f"data: {data.coverage}; {plural(data.n_built, 'shard')} built, {data.n_shards} in use")
    for skipped in data.skipped[:MAX_SKIPPED]:
        tell(f"skipped {skipped.recording}: {skipped.reason}")
    if len(data.skipped) > MAX_SKIPPED:
        tell(f"… and {len(data.skipped) - MAX_SKIPPED} more, all in summary.json")
    for split, number in data.counts.items():
        if number["n_windows"]:
            by_class = ", ".join(f"{name} {number[f'n_{name}']}" for name in data.classes)
            tell(
                f"{split}: {plural(number['n_subjects'], 'subject')}, {plural(number['n_recordings'], 'recording')}, "
                f"{plural(number['n_windows'], 'window')} ({by_class}, unscored {number['n_unscored']}; "
                f"rejected: {number['n_flat']} flat, {number['n_saturated']} saturated{_marked(number)})"
            )
    if data.within_subject:
        tell("within subject: the same subjects are in several splits; every table is marked accordingly")


def _marked(number: Mapping[str, int]) -> str:
    """Return the number of windows that overlap annotations of bad signal as text; empty if there are none."""
    return f", {number['n_marked_bad']} marked bad" if number["n_marked_bad"] else ""


def tell_pass(row: Mapping[str, Any]) -> None:
    """Print the values of a pass in one line."""
    shown = [f"pass {row['pass']:>3}"]
    valid = [name for name in row if name.startswith("valid_")]
    for name in ("train_loss", *valid, "probe_valid_balanced_accuracy"):
        if row.get(name) is not None and not math.isnan(row[name]):
            shown.append(f"{name.replace('_', ' ')} {row[name]:.4f}")
    tell("  ".join([*shown, f"({row['seconds']:.1f} s)"]))


@contextmanager
def resumable(
    folder: Path, trusted: Sequence[str], user_options: str, typed_again: Sequence[str] = ()
) -> Iterator[None]:
    """Print the command that continues the run if it is interrupted.

    Parameters
    ----------
    folder
        Folder of the run.
    trusted
        Modules that must be trusted again, because the folder of a run is not trusted.
    user_options
        Folder of the user's own options (``--config-dir``), or an empty string.
    typed_again
        Overrides that must be typed again for the same reason.
    """
    again = "".join(f" {shlex.quote(word)}" for word in typed_again)
    command = f"eegbench train{_config_dir(user_options)} {typed('resume', folder)}{trust_words(trusted)}{again}"
    try:
        yield
    except KeyboardInterrupt:
        tell(f"interrupted; finish this run with: {command}")
        raise
    except ProbeNotConvergedError as error:
        tell(f"checkpoints are kept; finish this run with: {command} {error.option}=N")
        raise


def tell_failures(failures: Mapping[str, str], folder: Path, trusted: Sequence[str]) -> None:
    """Print the failed steps of a finished run, each with a remedy.

    Parameters
    ----------
    failures
        Reason of each failed step, by name of the step.
    folder
        Folder of the run.
    trusted
        Modules that must be trusted again.
    """
    remedies = {
        "explanation": f"repeat it with: eegbench explain {typed('run', folder)}{trust_words(trusted)}",
        "figures": f"the data of its figures are in {folder / 'tables'} and {folder / 'predictions.parquet'}",
        "documents": f"the scores are in {folder / 'scores.csv'}, the options in {folder / 'config.yaml'}",
        "tracking": f"its folder is complete; send it to MLflow with: eegbench track {shlex.quote(str(folder))}",
    }
    for step, reason in failures.items():
        tell(f"the run is finished and scored, but its {step} failed ({reason}); {remedies[step]}")


def _config_dir(folder: str) -> str:
    return f" --config-dir {shlex.quote(folder)}" if folder else ""


def trust_words(trusted: Sequence[str]) -> str:
    """Return the option that trusts modules, with a space before it; an empty string if there are none."""
    return f" 'trust=[{','.join(trusted)}]'" if trusted else ""


def print_scores(scores: Sequence[Score], predictions: pd.DataFrame) -> None:
    """Print the tables of scores on test, or on valid if there is no test subject."""
    split = shown_split(predictions)
    of_split = [score for score in scores if score.split.startswith(split)]
    shown = without_clutter(without_repeated(of_split), predictions)
    width = shutil.get_terminal_size((100, 24)).columns
    print("\n" + render(shown, n_subjects=n_subjects_of(predictions), width=width, absent=absent_classes(predictions)))


def print_controls(fitted_with: Mapping[str, str], main: str) -> None:
    """Print the names of the main probe's controls, and explain the batch statistics of random weights."""
    of_main = [name.replace("_", " ") for name, probe in fitted_with.items() if probe == main and name != UNFITTED]
    print(f"{', '.join(of_main)}: controls of the main probe, {main.replace('_', ' ')}")
    if of_windows := fitted_to_windows(fitted_with):
        print(f"{', '.join(of_windows)}: fitted to the signals of train, without an encoder")
    if UNFITTED in fitted_with:
        print(
            "random weights: batch-normalisation statistics are fitted to the signals of train, without labels; a row "
            f"without this fit is added if its balanced accuracy differs by {NOTICEABLE:g} or more"
        )


def print_unlabelled() -> None:
    """Print the reason for the absence of scores."""
    print(
        "\nThe data have no labels, so no probe was fitted. The encoder, its embeddings and the figures of the task "
        "are in the run's folder."
    )


def print_training(summary: Mapping[str, Any]) -> None:
    """Print the length of training, from a run's summary."""
    print(f"\n{training_text(summary)}")


def training_text(summary: Mapping[str, Any]) -> str:
    """Return text about the length of training, from a run's summary."""
    return (
        f"trained for {plural(summary['n_passes'], 'pass')}, {plural(summary['n_steps'], 'step')} of the optimiser "
        f"and {plural(summary['n_examples'], 'example')} ({summary['n_drawn']:,} drawn), {_rate(summary)}"
        f"in {summary['precision']}; {_weights(summary)}; {summary['stopped']}"
    )


def print_valid_trials(summary: Mapping[str, Any]) -> None:
    """Print the network's scores on the trials of valid in the best and in the last pass, if there are any."""
    trials = summary["valid_trials"]
    names = [name for name in trials.get("best", {}) if not math.isnan(trials["best"][name])]
    for name in names:
        best, last = (trials[which][name] for which in ("best", "last"))
        print(
            f"{name.replace('_', ' ')} of the network: {best:.3f} in the best pass by {summary['monitor']} "
            f"({summary['best_pass']}), {last:.3f} in the last ({summary['n_passes']})"
        )


def _weights(summary: Mapping[str, Any]) -> str:
    """Return text about the weights of the network: a mean, or those of a pass."""
    if averaged := summary["averaged"]:
        return f"mean of the weights after the last {plural(averaged['n_passes'], 'pass')}"
    return f"weights of pass {summary['final_pass']}{_chosen(summary)}"


def _chosen(summary: Mapping[str, Any]) -> str:
    """Return a description of the rule that chose the pass of the weights; an empty string without validation."""
    best, final, monitor = (summary[name] for name in ("best_pass", "final_pass", "monitor"))
    if final != best:
        return f", the last (best by {monitor}: pass {best})"
    return f", the best by {monitor}" if best and summary["counts"]["valid"]["n_windows"] else ""


def _rate(summary: Mapping[str, Any]) -> str:
    seconds = summary["train_seconds"]
    return f"{summary['n_examples'] / seconds:,.0f} a second, " if seconds > 0 else ""


def tell_trial(metrics: Mapping[str, float], main: str, folder: Path) -> None:
    """Print the scores of a trial's main probe on valid in one line; test scores are in its folder and in MLflow."""
    shown = [f"{name} {metrics[name]:.4f}" for name in metrics if name.startswith("valid") and f"/{main}/" in name]
    tell(f"{'; '.join(one for one in shown if 'f1/' not in one and 'mean' not in one)}  ({folder})")


def print_checks(checks: pd.DataFrame) -> None:
    """Print the checks of each method: similarity to the map of shuffled weights, deletion and insertion.

    The scores of deletion and insertion are mean probabilities of the predicted class. If a map is better than chance,
    deleting its highest places gives a lower score than deleting random places, and inserting them a higher one.
    """
    columns = {
        "shuffled_similarity": "rank correlation with shuffled weights",
        "deletion": "deletion",
        "deletion_random": "at random",
        "insertion": "insertion",
        "insertion_random": "at random",
    }
    print(f"\n{'':24}{'windows':>14}" + "".join(f"{title:>{max(12, len(title) + 2)}}" for title in columns.values()))
    for _, row in checks.iterrows():
        values = [(f"{row[name]:.3f}" if pd.notna(row.get(name)) else "–") for name in columns]
        cells = (f"{value:>{max(12, len(title) + 2)}}" for value, title in zip(values, columns.values(), strict=True))
        print(f"{row['method']:24}{_used(row.to_dict()):>14}" + "".join(cells))


def _used(row: Mapping[Any, Any]) -> str:
    """Return the number of windows of a map as text; files of earlier versions lack the number of used windows."""
    n, n_used = row["n_windows"], row.get("n_used")
    return f"{n}" if n_used is None or pd.isna(n_used) or n_used == n else f"{n_used:.0f} of {n}"


def print_published(published: Mapping[str, str] | None, metrics: Mapping[str, float], dataset: str) -> None:
    """Print published scores next to ours, by their names in MLflow."""
    if not published:
        return
    print(f"\nours is on {dataset}\n{'':32}{'ours':>10}   published")
    ours = {name: metrics[name] for name in published if name in metrics and not math.isnan(metrics[name])}
    for name, figure in published.items():
        print(f"{name:32}{f'{ours[name]:.4g}' if name in ours else '–':>10}   {figure}")
    if not published.keys() <= ours.keys():
        print("–: this run has no such score; other probes, no subjects in valid, or subjects in several splits")


def print_place(folder: Path, link: str) -> None:
    """Print the folder of the run, and its link in the tracker."""
    print(f"\nrun: {folder}")
    if link != str(folder):
        print(link)
