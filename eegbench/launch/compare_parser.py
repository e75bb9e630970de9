"""The argument parser of ``eegbench compare``."""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

DESCRIPTION = "Compare finished runs: groups scored on the same subjects, with intervals, paired tests and controls."

EPILOG = """examples:
  eegbench compare --experiment simulated_sleep --group-by task,model --metric balanced_accuracy
  eegbench compare --parent outputs/sweeps/FOLDER --group-by trainer.lr
  eegbench compare --filter "tags.model = 'chambon2018'" --group-by sampler.tau_pos_s --reference sampler.tau_pos_s=60

A group is a row: the mean over its seeds, folds pooled. Groups are compared only where they test the same subjects
of the same dataset; other comparisons give an error message."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``eegbench compare``."""
    raw = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser("eegbench compare", description=DESCRIPTION, epilog=EPILOG, formatter_class=raw)
    which = made.add_argument_group("selection of runs (at least one; all conditions must hold)")
    which.add_argument("--experiment", metavar="NAME", help="name of an MLflow experiment")
    which.add_argument("--parent", metavar="RUN", help="a sweep: the id of its run, or its folder")
    which.add_argument("--filter", metavar="TEXT", help="filter in MLflow's search syntax")
    where = made.add_argument_group("location of the runs")
    where.add_argument("--outputs", default="outputs", type=Path, metavar="FOLDER", help="the outputs folder (outputs)")
    where.add_argument("--tracking-uri", metavar="URI", help="database or server, instead of the one in that folder")
    how = made.add_argument_group("comparison")
    how.add_argument("--group-by", default="task,model", metavar="NAMES", help="dataset, task, model, or any option")
    how.add_argument("--metric", default="balanced_accuracy", help="as in scores.csv, also f1/CLASS")
    how.add_argument(
        "--aggregation", default="pooled", help="pooled, mean_per_recording or mean_weighted_by_windows (pooled)"
    )
    how.add_argument("--split", default="test", choices=("test", "valid"), help="(test)")
    how.add_argument("--probe", metavar="NAME", help="a probe of the runs (each run's main probe)")
    how.add_argument("--reference", metavar="GROUP", help="compare with this group only, not all pairs")
    kept = made.add_argument_group("output")
    kept.add_argument("--into", type=Path, metavar="FOLDER", help="(OUTPUTS/comparisons/TIME)")
    kept.add_argument("--no-log", action="store_true", help="do not log to MLflow")
    return made


def check_once(words: Sequence[str]) -> None:
    """Raise an error for an option that is given twice; argparse would take the last value.

    Raises
    ------
    ValueError
        With the option.
    """
    counts = Counter(word.partition("=")[0] for word in words if word.startswith("--"))
    if repeated := [option for option, n in counts.items() if n > 1]:
        raise ValueError(
            f"{repeated[0]} is given {counts[repeated[0]]} times; give it once. --filter selects runs of several "
            "experiments or sweeps."
        )
