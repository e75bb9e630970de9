"""The table at the end of a multirun: the groups that varied, each as a mean over its seeds with SD and interval."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eegbench.comparison.groups import group_runs
from eegbench.comparison.refusals import check_comparable
from eegbench.comparison.selection import Selection, select_runs
from eegbench.comparison.sheets import scores_sheet
from eegbench.comparison.tables import Question, compare_groups
from eegbench.score.sheet import terminal

MAX_GROUPS = 30
"""Groups of which a table is printed; of more, the command alone is."""

METRIC, AGGREGATION, SPLIT = "balanced_accuracy", "pooled", "test"
"""What `eegbench compare` shows where nothing else is asked for."""


@dataclass(frozen=True)
class TableOf:
    """A table of a multirun's runs, as ``eegbench compare`` makes it.

    Attributes
    ----------
    folder
        Of the multirun.
    by
        What tells its groups apart.
    probe
        The probe that is compared; None for each run's main probe.
    outputs, tracking_uri
        Where the runs are kept, as in `Selection`.
    """

    folder: Path
    by: tuple[str, ...]
    probe: str | None
    outputs: Path
    tracking_uri: str | None


def print_table(of: TableOf) -> None:
    """Print the table, or why there is none: an error here must not end a multirun whose jobs are done."""
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
        return f"{len(groups)} groups, which are too many to print; the command below writes their table."
    comparison = compare_groups(groups, Question(of.by, METRIC, AGGREGATION, SPLIT, None))
    table = terminal(scores_sheet(comparison), shutil.get_terminal_size((100, 24)).columns)
    return "\n".join([table, *_left_out(left_out)])


def _left_out(reasons: dict[str, int]) -> Sequence[str]:
    told = ", ".join(f"{n} {reason}" for reason, n in reasons.items())
    return [f"left out: {told}"] if told else []
