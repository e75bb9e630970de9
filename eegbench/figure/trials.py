"""A sweep's trials as a table, and what the figures of a sweep share: the best trial and names.

The table has a row a trial, and the columns ``trial`` (its number), ``state`` (``complete``, ``pruned``, ``failed`` or
``running``), one of each objective, such as ``valid/linear/balanced_accuracy``, and one of each option that varied,
such as ``trainer.lr``: numbers, or words; missing where a trial has no such option.
"""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from eegbench.figure.style import PALETTE

STATES = ("complete", "pruned", "failed", "running")
BEST = PALETTE[5]
KNOWN = ("trial", "state")

Directions = Mapping[str, str]
"""From each objective's name to ``maximize`` or ``minimize``."""


def check_trials(trials: pd.DataFrame, directions: Directions) -> None:
    """Refuse a table that is not one of trials.

    Raises
    ------
    ValueError
        Where a column is missing, or a state or a direction is none.
    """
    missing = [name for name in (*KNOWN, *directions) if name not in trials]
    if missing:
        raise ValueError(f"A table of trials has the columns trial, state and its objectives; {missing} are missing.")
    odd = sorted(set(trials["state"]) - set(STATES)) + sorted(set(directions.values()) - {"maximize", "minimize"})
    if odd:
        raise ValueError(f"A trial is {', '.join(STATES)}, a direction maximize or minimize; {odd} are none of these.")


def varied(trials: pd.DataFrame, directions: Directions) -> list[str]:
    """Return the options that varied, in the order of the columns."""
    return [str(name) for name in trials if name not in (*KNOWN, *directions)]


def numbers(values: pd.Series) -> pd.Series:
    """Return values as floats; what is infinite is missing."""
    return pd.to_numeric(values).astype(float).replace([np.inf, -np.inf], np.nan)


def finished(trials: pd.DataFrame, objective: str, state: str = "complete") -> pd.DataFrame:
    """Return the trials in a state that have a value of the objective, in the order of their numbers."""
    rows = trials.assign(**{objective: numbers(trials[objective])})
    return rows[(rows["state"] == state) & rows[objective].notna()].sort_values("trial")


def best_trial(trials: pd.DataFrame, objective: str, direction: str) -> int | None:
    """Return the number of the best complete trial (the first of equals), or None where none is complete."""
    rows = finished(trials, objective)
    if rows.empty:
        return None
    values = rows[objective].to_numpy()
    return int(rows["trial"].to_numpy()[values.argmax() if direction == "maximize" else values.argmin()])


def objective_label(name: str) -> str:
    """Write an objective as words: ``valid/linear/macro_f1`` is "macro f1 (valid, linear)"."""
    *where, metric = name.replace("_", " ").split("/")
    return f"{metric} ({', '.join(where)})" if where else metric


def wrapped(name: str, width: int) -> str:
    """Break a name that is longer than so many characters: behind spaces and dots, or behind underscores."""
    lines = [""]
    for part in _parts(name, width):
        if lines[-1] and len((lines[-1] + part).rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.rstrip() for line in lines)


def _parts(name: str, width: int) -> list[str]:
    parts = re.findall(r"[^. ]+[. ]?", name)
    return [piece for part in parts for piece in (re.findall("[^_]+_?", part) if len(part) > width else [part])]
