"""Compare finished runs: groups scored on the same subjects, with intervals, paired tests and controls."""

import argparse
import shlex
from collections.abc import Sequence
from datetime import datetime

from eegbench.launch.compare_parser import check_once, parser
from eegbench.launch.exit_status import failed


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench compare``; return the exit status."""
    words = parser().parse_args(argv)
    try:
        check_once(argv)
        if not (words.experiment or words.parent or words.filter):
            raise ValueError("give the runs to compare: --experiment NAME, --parent RUN or --filter TEXT.")
        if words.into and words.into.is_dir() and any(words.into.iterdir()):
            raise ValueError(f"--into {words.into}: the folder already contains files; name a new one.")
        compare(words, shlex.join(["eegbench", "compare", *argv]))
    except (ValueError, OSError) as error:
        return failed(error)
    return 0


def compare(words: argparse.Namespace, command: str) -> None:
    """Find the runs, compare them, print the table, and write and log the rest."""
    from eegbench.comparison import comparability, console, files, groups, mlflow_log, notes, page, selection, tables
    from eegbench.environment import git_state, versions
    from eegbench.progress import tell

    by = tuple(name.strip() for name in words.group_by.split(",") if name.strip())
    question = tables.Question(by, words.metric, words.aggregation, words.split, words.reference)
    asked = selection.Selection(
        words.outputs, words.tracking_uri, words.experiment, words.parent, words.filter, words.split, words.probe
    )
    runs, left_out = selection.select_runs(asked)
    tell(f"comparing {len(runs)} runs")
    grouped = groups.group_runs(runs, by)
    comparability.check_comparable(grouped, words.split)
    comparison = tables.compare_groups(grouped, question)
    said, made = notes.notes(comparison, left_out), versions() | git_state()
    points = files.points_of(comparison)
    report = page.Report(comparison, said, command, made, files.captions(comparison, points))
    folder = (words.into or words.outputs / "comparisons" / f"{datetime.now():%Y-%m-%d_%H-%M-%S-%f}").resolve()
    files.write_all(report, points, folder)
    console.print_comparison(report)
    print(f"\ncomparison: {folder / 'comparison.html'}")
    if not words.no_log:
        print(mlflow_log.log_comparison(report, folder, asked))
