"""Table at the end of a multirun: a row per group of runs, with mean, SD and interval over seeds."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eegbench.comparison.comparability import check_comparable
from eegbench.comparison.groups import group_runs
from eegbench.comparison.selection import Selection, select_runs
from eegbench.comparison.sheets import scores_sheet
from eegbench.comparison.tables import Question, compare_groups
from eegbench.score.sheet import terminal

MAX_GROUPS = 30
"""Maximum number of groups in a printed table; with more groups, only the command is printed."""

METRIC, AGGREGATION, SPLIT = "balanced_accuracy", "pooled", "test"
"""Default scores of `eegbench compare`."""


@dataclass(frozen=True)
class TableOf:
    """Options of a table of a multirun's runs, made by ``eegbench compare``.

    Attributes
    ----------
    folder
        Folder of the multirun.
    by
        Options in which groups differ.
    probe
        Probe to compare; None for the main probe of each run.
    outputs, tracking_uri
        Location of the runs; see `Selection`.
    """

    folder: Path
    by: tuple[str, ...]
    probe: str | None
    outputs: Path
    tracking_uri: str | None


def print_table(of: TableOf) -> None:
    """Print the table. An error is printed too, because it must not end a multirun whose jobs are finished."""
    try:
        text = _table(of)
    except (ValueError, OSError) as error:
        text = f"no table: {error}"
    print(f"\n{text}")


def _table(of: TableOf) -> str:
    asked = Selection(of.outputs, of.tracking_uri, None, str(of.folder), None, SPLIT, of.probe)
    runs, left_out = select_runs(asked)
    groups = group_runs(runs, of.by)
    check_comparable(groups, SPLIT)
    if len(groups) > MAX_GROUPS:
        return f"{len(groups)} groups are too many to print; the command below writes their table."
    comparison = compare_groups(groups, Question(of.by, METRIC, AGGREGATION, SPLIT, None))
    table = terminal(scores_sheet(comparison), shutil.get_terminal_size((100, 24)).columns)
    return "\n".join([table, *_left_out(left_out)])


def _left_out(reasons: dict[str, int]) -> Sequence[str]:
    told = ", ".join(f"{n} {reason}" for reason, n in reasons.items())
    return [f"left out: {told}"] if told else []
