"""Compare finished runs: groups scored on the same subjects, with intervals, paired tests and controls."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

EPILOG = """examples:
  eegbench compare --experiment simulated_sleep --group-by task,model --metric balanced_accuracy
  eegbench compare --parent outputs/sweeps/FOLDER --group-by trainer.lr
  eegbench compare --filter "tags.model = 'chambon2018'" --group-by sampler.tau_pos_s --reference sampler.tau_pos_s=60

A group is a row: the mean over its seeds, folds pooled. Groups are compared only where they test the same subjects
of the same dataset; what cannot be compared is refused with an error message."""


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench compare``; return the exit status."""
    words = _parser().parse_args(argv)
    try:
        if not (words.experiment or words.parent or words.filter):
            raise ValueError("say which runs to compare: --experiment NAME, --parent RUN or --filter TEXT.")
        if words.into and words.into.is_dir() and any(words.into.iterdir()):
            raise ValueError(f"--into {words.into}: there are files in this folder already; name a new one.")
        compare(words, shlex.join(["eegbench", "compare", *argv]))
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    return 0


def compare(words: argparse.Namespace, command: str) -> None:
    """Find the runs, compare them, print the table, and write and log the rest."""
    from eegbench.comparison import console, files, groups, notes, page, record, refusals, selection, tables
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
    refusals.check_comparable(grouped, words.split)
    comparison = tables.compare_groups(grouped, question)
    said, made = notes.notes(comparison, left_out), versions() | git_state()
    report = page.Report(comparison, said, command, made, files.captions(comparison))
    folder = (words.into or words.outputs / "comparisons" / f"{datetime.now():%Y-%m-%d_%H-%M-%S-%f}").resolve()
    files.write_all(report, folder)
    console.print_comparison(report)
    print(f"\ncomparison: {folder / 'comparison.html'}")
    if not words.no_log:
        print(record.log_comparison(report, folder, asked))


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("eegbench compare", description=__doc__, epilog=EPILOG, formatter_class=raw)
    which = parser.add_argument_group("which runs (at least one; what is given holds together)")
    which.add_argument("--experiment", metavar="NAME", help="of this MLflow experiment")
    which.add_argument("--parent", metavar="RUN", help="of this sweep: the id of its run, or its folder")
    which.add_argument("--filter", metavar="TEXT", help="to which a filter of MLflow applies")
    where = parser.add_argument_group("where they are")
    where.add_argument("--outputs", default="outputs", type=Path, metavar="FOLDER", help="the outputs folder (outputs)")
    where.add_argument("--tracking-uri", metavar="URI", help="another database or server than the one in it")
    how = parser.add_argument_group("how they are compared")
    how.add_argument("--group-by", default="task,model", metavar="NAMES", help="dataset, task, model, or any option")
    how.add_argument("--metric", default="balanced_accuracy", help="as in scores.csv, also f1/CLASS")
    how.add_argument(
        "--aggregation", default="pooled", help="pooled, mean_per_recording or mean_weighted_by_windows (pooled)"
    )
    how.add_argument("--split", default="test", choices=("test", "valid"), help="(test)")
    how.add_argument("--probe", metavar="NAME", help="a probe of the runs (each run's main probe)")
    how.add_argument("--reference", metavar="GROUP", help="compare with this group only, not all pairs")
    kept = parser.add_argument_group("what is kept")
    kept.add_argument("--into", type=Path, metavar="FOLDER", help="(OUTPUTS/comparisons/TIME)")
    kept.add_argument("--no-log", action="store_true", help="leave MLflow as it is")
    return parser
