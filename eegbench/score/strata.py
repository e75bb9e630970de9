"""Scores of parts of test: windows with stable labels and at transitions, and groups of subjects.

Conventions
-----------
A window is at a transition if the label of the scored window before it or after it in the recording differs. Two
windows are neighbours if they start less than one and a half windows apart; those at an end of the recording have one
neighbour, and windows without a neighbour are in neither part.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from eegbench.score.table import score

FILE = "scores_by_stratum.csv"
"""Name of the table in the folder of a run."""

STABLE, TRANSITION = "stable", "transition"

AGES = ((-np.inf, 40, "below 40"), (40, 65, "40 to 64"), (65, np.inf, "65 and above"))
"""Groups of ages in years: the lowest, the next group's lowest, and the name."""


def scores_by_stratum(
    frame: pd.DataFrame, facts: pd.DataFrame, classes: tuple[str, ...], *, window_s: float, mark: str
) -> pd.DataFrame:
    """Return the scores of ``scores.csv`` for each part of test.

    Parameters
    ----------
    frame
        The table of predictions.
    facts
        Facts of each recording, such as ``age`` (years) and ``sex``, by the id of the recording.
    classes
        Names of the classes.
    window_s
        Length of a window, or of the part of it that has the label, in seconds.
    mark
        Text that follows the name of the split.

    Returns
    -------
    DataFrame
        ``stratum`` (``windows``, ``sex`` or ``age``), ``group``, and the columns of ``scores.csv``. A stratum with one
        group only is left out.
    """
    test = frame[frame["split"] == "test"].reset_index(drop=True)
    rows: list[dict[str, object]] = []
    for stratum, groups in _strata(test, facts, window_s):
        names = list(dict.fromkeys(groups.dropna()))
        if len(names) < 2:
            continue
        for name in names:
            scores = score(test[groups == name], classes=classes, mark=mark)
            rows += [{"stratum": stratum, "group": name, **one.row()} for one in scores]
    return pd.DataFrame(rows)


def _strata(test: pd.DataFrame, facts: pd.DataFrame, window_s: float) -> Iterator[tuple[str, "pd.Series[str]"]]:
    """Yield the name of each stratum with the group of each row, NaN for none."""
    yield "windows", _at_transitions(test, window_s)
    if "sex" in facts:
        yield "sex", test["recording"].map(facts["sex"])
    if "age" in facts:
        age = test["recording"].map(facts["age"]).to_numpy(dtype=float)
        names = [np.where((low <= age) & (age < high), name, "") for low, high, name in AGES]
        groups = pd.Series(np.strings.add(np.strings.add(names[0], names[1]), names[2]))
        yield "age", groups.where(groups != "")


def _at_transitions(test: pd.DataFrame, window_s: float) -> "pd.Series[str]":
    one = test.drop_duplicates(["recording", "start_s"]).sort_values(["recording", "start_s"])
    recording, start, label = (one[name].to_numpy() for name in ("recording", "start_s", "label"))
    near = (recording[1:] == recording[:-1]) & (np.diff(start.astype(float)) < 1.5 * window_s)
    differs = near & (label[1:] != label[:-1])
    has_neighbour, changes = (np.zeros(len(one), dtype=bool) for _ in range(2))
    has_neighbour[1:] |= near
    has_neighbour[:-1] |= near
    changes[1:] |= differs
    changes[:-1] |= differs
    named = np.where(changes, TRANSITION, STABLE)
    group = one[["recording", "start_s"]].assign(group=np.where(has_neighbour, named, ""))
    found = test[["recording", "start_s"]].merge(group, how="left", on=["recording", "start_s"])["group"]
    return found.where(found != "")
