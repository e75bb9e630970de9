"""Output of `eegbench predict`: a line per recording, warnings, recordings that were not staged, and scores."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from eegbench.dataset.content import named
from eegbench.prediction.batch import Batch
from eegbench.prediction.out_folder import SUMMARY
from eegbench.prediction.training_range import LEAST
from eegbench.prediction.unusable import MAX_SHARE
from eegbench.score.consensus import STAGES
from eegbench.score.render import plural
from eegbench.score.sheet import number, with_interval

TST = "total_sleep_time_min"
"""Sleep statistic that is printed; ``predictions.csv`` contains all."""

UNRELIABLE = "?"
"""Mark after the numbers of recordings with more than half of their epochs flagged."""

SHOWN = ("accuracy", "cohen_kappa", "balanced_accuracy", "macro_f1", "weighted_f1")


def print_predictions(found: Batch, folder: Path, classes: tuple[str, ...]) -> None:
    """Print a table of the staged recordings, notes and warnings, and the path of the results."""
    staged = found.summary[found.summary["problem"] == ""]
    for problem in found.failed["problem"]:
        print(f"not staged: {problem}")
    if staged.empty:
        print(f"\n{plural(len(found.summary), 'recording')}: none could be staged, and nothing is written")
        return
    _print(_table(staged, classes))
    print("".join(f"{line}\n" for line in _about_nights(staged)), end="")
    print("".join(f"{line}\n" for line in _about_comparison(staged)), end="")
    rest = "sleep statistics and more" if TST in staged else "more"
    for recording, text in staged.loc[staged["warnings"] != "", ["recording", "warnings"]].to_numpy().tolist():
        for line in text.split("; "):
            print(f"{recording}: {line}")
    for recording, seconds in staged.loc[staged["unstaged_s"] > 0, ["recording", "unstaged_s"]].to_numpy().tolist():
        print(f"{recording}: {number(seconds, 1)} s are in no epoch, as no complete window covers them")
    if found.scores is not None:
        _print(_scores(found.scores))
    print(f"\n{len(staged)} of {plural(len(found.summary), 'recording')} staged; {rest}: {folder / SUMMARY}")


def _table(staged: pd.DataFrame, classes: tuple[str, ...]) -> Table:
    """Return a row per recording: epochs, hours, total sleep time, share of each class, and confidence."""
    of_sleep = {TST: "TST (min)"} if TST in staged else {}
    order = [name for name in STAGES if name in classes] if set(classes) == set(STAGES) else list(classes)
    titles = [
        "epochs",
        "h",
        *of_sleep.values(),
        *(f"{name} (%)" for name in order),
        "confidence",
        "flagged",
        "warnings",
    ]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("recording", no_wrap=True)
    for title in titles:
        table.add_column(title, justify="right")
    for _, row in staged.iterrows():
        mark = UNRELIABLE if row["n_flagged"] > MAX_SHARE * row["n_epochs"] else ""
        shares = [f"{number(share, 1)}{mark}" for share in _shares(row, order)]
        night = [f"{number(row[name], 1)}{mark}" for name in of_sleep]
        hours, flagged = number(row["recorded_min"] / 60, 2), int(row["n_flagged"])
        sure = number(row["mean_confidence"])
        told = str(len(row["warnings"].split("; ")) if row["warnings"] else 0)
        table.add_row(row["recording"], f"{row['n_epochs']:.0f}", hours, *night, *shares, sure, str(flagged), told)
    return table


def _shares(row: "pd.Series[Any]", classes: list[str]) -> list[float]:
    """Return the share of each class in percent of the staged time between lights off and on, or of all epochs."""
    columns = {name: f"{name}_min" for name in classes}
    if TST not in row or np.isnan(row[TST]):
        columns = {name: f"epochs_{name}" for name in classes}
    counts = row[list(columns.values())].to_numpy(float)
    return [float(share) for share in 100 * counts / counts.sum()] if counts.sum() else [float("nan")] * len(counts)


def _about_nights(staged: pd.DataFrame) -> list[str]:
    """Return notes: times of lights off and on, the basis of the statistics, and unreliable recordings."""
    found = []
    for _, row in (staged if "statistics" in staged else staged.iloc[:0]).iterrows():
        times = {name: _time(row, f"lights_{name}") for name in ("off", "on")}
        if given := [f"{name} at {text}" for name, text in times.items() if text]:
            found.append(f"{row['recording']}: lights {', '.join(given)}")
    if found:
        found.append("TST and shares of stages refer to the staged time between lights off and on.")
    if (staged["n_flagged"] > MAX_SHARE * staged["n_epochs"]).any():
        found.append(f"{UNRELIABLE} marks recordings with most epochs flagged; their numbers are unreliable.")
    return found


def _about_comparison(staged: pd.DataFrame) -> list[str]:
    """Return a note on recordings that are too short for a comparison with train."""
    short = staged[staged["compared_with_train"] == "too_few_windows"]
    if short.empty:
        return []
    names = [f"{name} {int(n)}" for name, n in short[["recording", "n_usable_windows"]].to_numpy().tolist()]
    return [
        f"{len(short)} of {plural(len(staged), 'recording')} not compared with train: fewer than {LEAST} windows are "
        f"usable ({named(names)}). Check gain, montage and filter."
    ]


def _time(row: "pd.Series[Any]", name: str) -> str:
    """Return minutes from the first sample, with the time of day if known; empty if there is no time."""
    minutes = row[f"{name}_min"]
    if np.isnan(minutes):
        return ""
    return f"{row[name]} ({minutes:g} min)" if row[name] else f"{minutes:g} min from the first sample"


def _scores(scores: pd.DataFrame) -> Table:
    """Return the scores of all recordings: pooled, and as means over recordings."""
    n, epochs = scores[["n_recordings", "n_epochs"]].iloc[0]
    n_classes = int(scores.query("metric == 'macro_f1' and aggregation == 'pooled'")["n_classes"].iloc[0])
    title = f"scored epochs: {epochs:,} of {plural(int(n), 'recording')}; macro f1 pooled over {n_classes} classes"
    table = Table(title=title, title_justify="left")
    table.box = box.SIMPLE_HEAD
    for header in ("", *(name.replace("_", " ").replace("cohen kappa", "κ") for name in SHOWN)):
        table.add_column(header, justify="right" if header else "left")
    for aggregation, rows in scores.groupby("aggregation", sort=False):
        values = rows.set_index("metric").loc[list(SHOWN), ["value", "ci_low", "ci_high"]].astype(float)
        cells = [with_interval(*row) for row in values.to_numpy(np.float64).tolist()]
        table.add_row(str(aggregation).replace("_", " "), *cells)
    return table


def _print(table: Table) -> None:
    width = max(130, shutil.get_terminal_size((160, 24)).columns)
    Console(width=width, markup=False, highlight=False).print(table)
