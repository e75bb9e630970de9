"""Compare finished runs: groups scored on the same subjects, with intervals, paired tests and controls."""

import argparse
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eegbench.command.comparison.page import Report
    from eegbench.command.comparison.tested import Tested
    from eegbench.score.sheet import Sheet

MAX_TOLD = 20
"""Rows of a table that are shown on the screen."""

AGGREGATIONS = ("pooled", "mean_per_recording")

EPILOG = """examples:
  eegbench compare --experiment simulated_sleep --group-by task,model --metric balanced_accuracy
  eegbench compare --parent outputs/sweeps/FOLDER --group-by trainer.lr
  eegbench compare --filter "tags.model = 'chambon2018'" --group-by sampler.tau_pos_s --reference sampler.tau_pos_s=60

A group is a row: the mean over its seeds, folds pooled. It stands beside others only where both test the same
subjects of the same dataset; what cannot be compared is refused with a sentence."""


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench compare``; return the exit status."""
    words = _parser().parse_args(argv)
    try:
        _check(words)
        compare(words, shlex.join(["eegbench", "compare", *argv]))
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    return 0


def compare(words: argparse.Namespace, command: str) -> None:
    """Find the runs, compare them, print the table, and write and log the rest.

    Raises
    ------
    ValueError
        Where there are no runs, names are unknown, or the runs cannot stand in one table.
    FileNotFoundError
        Where there is no database or sweep of this name.
    """
    from eegbench.command.comparison.files import captions, write_all
    from eegbench.command.comparison.groups import group_runs
    from eegbench.command.comparison.notes import notes
    from eegbench.command.comparison.page import Report
    from eegbench.command.comparison.refusals import check_comparable
    from eegbench.command.comparison.tables import Question, compare_groups
    from eegbench.command.evaluation import CONTROLS
    from eegbench.command.report import tell
    from eegbench.environment import git_state, versions

    runs, left_out = _find(words)
    tell(f"comparing {len(runs)} runs")
    by = tuple(name.strip() for name in words.group_by.split(",") if name.strip())
    groups = group_runs(runs, by)
    check_comparable(groups, words.split)
    question = Question(by, words.metric, words.aggregation, words.split, words.reference)
    comparison = compare_groups(groups, question, CONTROLS)
    said = notes(comparison, left_out)
    made = {name: str(value) for name, value in (versions() | git_state()).items()}
    report = Report(comparison, said, command, made, captions(comparison))
    folder = _folder(words)
    write_all(report, folder)
    _tell(report)
    print(f"\ncomparison: {folder / 'comparison.html'}")
    if not words.no_log:
        print(_log(report, words, folder))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="eegbench compare",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_argument_group("which runs (at least one; what is given holds together)")
    which.add_argument("--experiment", metavar="NAME", help="of this MLflow experiment")
    which.add_argument("--parent", metavar="RUN", help="of this sweep: the id of its run, or its folder")
    which.add_argument("--filter", metavar="TEXT", help="to which a filter of MLflow applies")
    where = parser.add_argument_group("where they are")
    where.add_argument("--outputs", default="outputs", metavar="FOLDER", help="the outputs folder (outputs)")
    where.add_argument("--tracking-uri", metavar="URI", help="another database or server than the one in it")
    how = parser.add_argument_group("how they are compared")
    how.add_argument(
        "--group-by",
        default="task,model",
        metavar="NAMES",
        help="dataset, task, model, or any option by its dotted name, such as trainer.lr (task,model)",
    )
    how.add_argument("--metric", default="balanced_accuracy", help="as in scores.csv, also f1/CLASS")
    how.add_argument("--aggregation", default="pooled", help=" or ".join(AGGREGATIONS) + " (pooled)")
    how.add_argument("--split", default="test", choices=("test", "valid"), help="(test)")
    how.add_argument("--reference", metavar="GROUP", help="compare with this group only, not all pairs")
    kept = parser.add_argument_group("what is kept")
    kept.add_argument("--into", type=Path, metavar="FOLDER", help="(OUTPUTS/comparisons/TIME)")
    kept.add_argument("--no-log", action="store_true", help="leave MLflow as it is")
    return parser


def _check(words: argparse.Namespace) -> None:
    """Refuse what can be told before anything is read."""
    if not (words.experiment or words.parent or words.filter):
        raise ValueError("say which runs to compare: --experiment NAME, --parent RUN or --filter TEXT.")
    if words.aggregation not in AGGREGATIONS:
        raise ValueError(
            f"--aggregation {words.aggregation}: one table has one aggregation, {' or '.join(AGGREGATIONS)}; "
            "make a table for each."
        )
    if words.into and words.into.is_dir() and any(words.into.iterdir()):
        raise ValueError(f"--into {words.into}: there are files in this folder already; name a new one.")


def _find(words: argparse.Namespace) -> "tuple[list[Tested], Counter[str]]":
    from eegbench.command.comparison.tested import read_tested
    from eegbench.tracking.database import find_place
    from eegbench.tracking.finished import Archive, parent_id

    place = find_place(words.tracking_uri, Path(words.outputs))
    with TemporaryDirectory() as aside:
        archive = Archive(place, Path(aside))
        parent = parent_id(words.parent, place) if words.parent else None
        found = archive.find(experiment=words.experiment, parent=parent, filter_=words.filter)
        runs, left_out = read_tested(archive, found, words.split)
    if not runs:
        reasons = ", ".join(f"{n} {reason}" for reason, n in left_out.most_common())
        raise ValueError(
            f"no finished runs with predictions on {words.split} are among those asked for"
            f"{f' ({reasons})' if reasons else ''}; look at what there is with: eegbench ui"
        )
    return runs, left_out


def _folder(words: argparse.Namespace) -> Path:
    named: Path = words.into or Path(words.outputs) / "comparisons" / f"{datetime.now():%Y-%m-%d_%H-%M-%S-%f}"
    return named.resolve()


def _tell(report: "Report") -> None:
    """Print the tables on standard output, and what must be said beside them on standard error."""
    from eegbench.command.comparison.sheets import difference_sheets, scores_sheet
    from eegbench.command.report import tell
    from eegbench.score.sheet import terminal

    width = shutil.get_terminal_size((100, 24)).columns
    sheets = [scores_sheet(report.comparison), *difference_sheets(report.comparison)]
    print("\n" + "\n\n".join(terminal(_short(sheet), width) for sheet in sheets))
    for note in report.notes:
        tell(f"note: {note}")


def _short(sheet: "Sheet") -> "Sheet":
    """Leave out what fills the screen; everything is in the files."""
    if len(sheet.rows) <= MAX_TOLD:
        return sheet
    note = f"… and {len(sheet.rows) - MAX_TOLD} more rows, all in the files. {sheet.note}"
    return replace(sheet, rows=sheet.rows[:MAX_TOLD], note=note)


def _log(report: "Report", words: argparse.Namespace, folder: Path) -> str:
    """Keep the comparison as a run beside those that it compares; return where."""
    from eegbench.command.comparison.tested import COMPARISON, KIND
    from eegbench.tracking.base import RunFacts, tracked
    from eegbench.tracking.mlflow import Mlflow

    comparison = report.comparison
    experiments = Counter(run.run.experiment for run in comparison.runs)
    asked = {name: value for name, value in vars(words).items() if name not in ("no_log", "into", "outputs")}
    facts = RunFacts(
        experiment=experiments.most_common(1)[0][0],
        name=f"comparison by {words.group_by}, {words.metric}",
        folder=folder,
        parameters=asked | {"runs": ", ".join(run.run.id for run in comparison.runs)},
        tags={KIND: COMPARISON, "command": report.command, **report.versions},
    )
    metrics = {f"{comparison.split}/{e.name}/{words.metric}": e.value for e in comparison.entries}
    tracker = Mlflow(uri=words.tracking_uri, folder=words.outputs, experiment=None)
    with tracked(tracker, facts) as run:
        run.finish(metrics=metrics, model=None)
        return run.link
