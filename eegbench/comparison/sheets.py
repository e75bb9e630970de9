"""Tables of a comparison for readers: scores with controls, differences, and runs."""

from collections.abc import Sequence
from math import isfinite

from eegbench.comparison.groups import Group
from eegbench.comparison.notes import difference_note, interval_note, metric_name, title, what
from eegbench.comparison.tables import Comparison
from eegbench.comparison.tested_run import weights_file
from eegbench.score.comparison import Difference, Entry
from eegbench.score.sheet import Sheet, number, p_value, with_interval

MAX_NAMED = 12
"""Maximum number of subjects whose names are shown."""

UNKNOWN = ("not known", "not known", "?", "?")
"""Cells of the ledger for a file of weights, which does not tell who trained it."""

LABELLED = " (labels)"
"""Mark of a group with an encoder that was trained with labels."""

LABELLED_NOTE = " (labels): labels of train trained the encoder, not only the probe."


def scores_sheet(comparison: Comparison) -> Sheet:
    """Return the table of scores: groups in the order of the comparison and, below a line, controls."""
    counts = [(str(len(group.values("seed"))), str(len(group.runs))) for group in comparison.groups]
    every = ("", str(len(comparison.runs)))
    names = [display_name(group.name) + (LABELLED if _used_labels(group) else "") for group in comparison.groups]
    rows = [_score_row(entry, n, name) for entry, n, name in zip(comparison.entries, counts, names, strict=True)]
    rows += [_score_row(entry, every, display_name(entry.name)) for entry in comparison.controls]
    return Sheet(
        title=title(comparison),
        headers=("group", metric_name(comparison.question.metric), "SD", "seeds", "runs"),
        rows=tuple(rows),
        note=interval_note(comparison) + (LABELLED_NOTE if any(map(_used_labels, comparison.groups)) else ""),
        rule=len(comparison.entries),
    )


def difference_sheets(comparison: Comparison) -> list[Sheet]:
    """Return the tables of differences between groups, if there are several, and from controls."""
    asked = f"{metric_name(comparison.question.metric)}, {what(comparison)}"
    kinds = {
        f"Differences between groups in {asked}": comparison.pairs,
        f"Differences from controls in {asked}": comparison.against_controls,
    }
    return [_difference_sheet(name, found, comparison) for name, found in kinds.items() if found]


def runs_sheet(comparison: Comparison) -> Sheet:
    """Return the table of runs by group."""
    rows = [
        (group.name, run.run.name, run.run.experiment, run.run.id) for group in comparison.groups for run in group.runs
    ]
    return Sheet("Runs", ("group", "run", "experiment", "run id"), tuple(rows), "", n_names=4)


def ledger_sheet(comparison: Comparison) -> Sheet | None:
    """Return the table of subjects that loaded encoders have seen; None if all encoders started from random weights."""
    rows = []
    for group in comparison.groups:
        for run in group.runs:
            for people, subjects in (run.seen or {}).items():
                shown = ", ".join(subjects[:MAX_NAMED]) + (", …" if len(subjects) > MAX_NAMED else "")
                known = (people, shown, str(len(subjects)), "yes" if run.transductive else "no")
                source = weights_file(run.run) if people == "" else run.run.parameters["encoder"]
                rows.append((display_name(group.name), str(source), *(known if people else UNKNOWN)))
    if not rows:
        return None
    headers = ("group", "encoder of", "population", "subjects seen", "number", "among them tested")
    note = (
        "Subjects that trained an encoder or chose its checkpoint, in the run itself and in all runs from which it was "
        "loaded. Encoders of other runs started from random weights and saw only their own train and valid."
    )
    return Sheet("Subjects that loaded encoders have seen", headers, tuple(rows), note, n_names=4)


def display_name(name: str) -> str:
    """Return a name for display; names of parameters are unchanged."""
    return ", ".join(part if "=" in part else part.replace("_", " ") for part in name.split(", "))


def _used_labels(group: Group) -> bool:
    return any(run.used_labels for run in group.runs)


def _score_row(entry: Entry, counts: tuple[str, str], name: str) -> tuple[str, ...]:
    value = with_interval(entry.value, entry.ci_low, entry.ci_high)
    return (name, value, number(entry.sd), *counts)


def _difference_sheet(name: str, found: Sequence[Difference], comparison: Comparison) -> Sheet:
    n_tests = sum(isfinite(one.p) for one in found)
    return Sheet(
        title=name,
        headers=("A", "B", "A − B", "p", "p (Holm)", "r", "d_z", "detectable", "subjects"),
        rows=tuple(_difference_row(one) for one in found),
        note=difference_note(comparison, n_tests),
        n_names=2,
    )


def _difference_row(one: Difference) -> tuple[str, ...]:
    return (
        display_name(one.a),
        display_name(one.b),
        with_interval(one.value, one.ci_low, one.ci_high, signed=True),
        p_value(one.p),
        p_value(one.p_holm),
        number(one.rank_biserial, signed=True),
        number(one.d_z, signed=True),
        number(one.detectable),
        str(one.n),
    )
