"""What `eegbench predict` prints: a line a recording, warnings, what could not be staged, and scores."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from rich import box
from rich.console import Console
from rich.table import Table

from eegbench.prediction.batch import SUMMARY, Batch
from eegbench.score.consensus import STAGES
from eegbench.score.render import plural
from eegbench.score.sheet import number, with_interval

TST = "total_sleep_time_min"
"""The sleep statistic that is shown; ``predictions.csv`` has all."""

SHOWN = ("accuracy", "cohen_kappa", "balanced_accuracy", "macro_f1", "weighted_f1")


def print_predictions(found: Batch, folder: Path, classes: tuple[str, ...]) -> None:
    """Print what was staged, what a reader must know of it, and where it lies."""
    staged = found.summary[found.summary["problem"] == ""]
    for problem in found.failed["problem"]:
        print(f"not staged: {problem}")
    if staged.empty:
        print(f"\n{plural(len(found.summary), 'recording')}, and none could be staged; nothing is written")
        return
    _print(_table(staged, classes))
    rest = "sleep statistics and more" if TST in staged else "more"
    for recording, text in staged.loc[staged["warnings"] != "", ["recording", "warnings"]].to_numpy().tolist():
        for line in text.split("; "):
            print(f"{recording}: {line}")
    for recording, seconds in staged.loc[staged["unstaged_s"] > 0, ["recording", "unstaged_s"]].to_numpy().tolist():
        print(f"{recording}: {number(seconds, 1)} s are in no epoch, as no window that answers for them fits there")
    if found.scores is not None:
        _print(_scores(found.scores))
    print(f"\n{len(staged)} of {plural(len(found.summary), 'recording')} staged; {rest}: {folder / SUMMARY}")


def _table(staged: pd.DataFrame, classes: tuple[str, ...]) -> Table:
    """Return a line a recording: epochs, hours, total sleep time, the share of each class, and how sure they are."""
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
        shares = [number(100 * row[f"epochs_{name}"] / row["n_epochs"], 1) for name in order]
        night = [number(row[name], 1) for name in of_sleep]
        hours, flagged = number(row["recorded_min"] / 60, 2), int(row["n_flagged"])
        sure = number(row["mean_confidence"])
        told = str(len(row["warnings"].split("; ")) if row["warnings"] else 0)
        table.add_row(row["recording"], f"{row['n_epochs']:.0f}", hours, *night, *shares, sure, str(flagged), told)
    return table


def _scores(scores: pd.DataFrame) -> Table:
    """Return the scores of all recordings together: pooled, and the means over recordings."""
    n, epochs = scores[["n_recordings", "n_epochs"]].iloc[0]
    table = Table(title=f"scored epochs: {epochs:,} of {plural(int(n), 'recording')}", title_justify="left")
    table.box = box.SIMPLE_HEAD
    for title in ("", *(name.replace("_", " ").replace("cohen kappa", "κ") for name in SHOWN)):
        table.add_column(title, justify="right" if title else "left")
    for aggregation, rows in scores.groupby("aggregation", sort=False):
        values = rows.set_index("metric").loc[list(SHOWN), ["value", "ci_low", "ci_high"]].astype(float)
        cells = [with_interval(*row) for row in values.to_numpy(np.float64).tolist()]
        table.add_row(str(aggregation).replace("_", " "), *cells)
    return table


def _print(table: Table) -> None:
    width = max(130, shutil.get_terminal_size((160, 24)).columns)
    Console(width=width, markup=False, highlight=False).print(table)
