"""The command line of ``eegbench compare``."""

import argparse
from pathlib import Path

DESCRIPTION = "Compare finished runs: groups scored on the same subjects, with intervals, paired tests and controls."

EPILOG = """examples:
  eegbench compare --experiment simulated_sleep --group-by task,model --metric balanced_accuracy
  eegbench compare --parent outputs/sweeps/FOLDER --group-by trainer.lr
  eegbench compare --filter "tags.model = 'chambon2018'" --group-by sampler.tau_pos_s --reference sampler.tau_pos_s=60

A group is a row: the mean over its seeds, folds pooled. Groups are compared only where they test the same subjects
of the same dataset; what cannot be compared is refused with an error message."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``eegbench compare``."""
    raw = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser("eegbench compare", description=DESCRIPTION, epilog=EPILOG, formatter_class=raw)
    which = made.add_argument_group("which runs (at least one; what is given holds together)")
    which.add_argument("--experiment", metavar="NAME", help="of this MLflow experiment")
    which.add_argument("--parent", metavar="RUN", help="of this sweep: the id of its run, or its folder")
    which.add_argument("--filter", metavar="TEXT", help="to which a filter of MLflow applies")
    where = made.add_argument_group("where they are")
    where.add_argument("--outputs", default="outputs", type=Path, metavar="FOLDER", help="the outputs folder (outputs)")
    where.add_argument("--tracking-uri", metavar="URI", help="another database or server than the one in it")
    how = made.add_argument_group("how they are compared")
    how.add_argument("--group-by", default="task,model", metavar="NAMES", help="dataset, task, model, or any option")
    how.add_argument("--metric", default="balanced_accuracy", help="as in scores.csv, also f1/CLASS")
    how.add_argument(
        "--aggregation", default="pooled", help="pooled, mean_per_recording or mean_weighted_by_windows (pooled)"
    )
    how.add_argument("--split", default="test", choices=("test", "valid"), help="(test)")
    how.add_argument("--probe", metavar="NAME", help="a probe of the runs (each run's main probe)")
    how.add_argument("--reference", metavar="GROUP", help="compare with this group only, not all pairs")
    kept = made.add_argument_group("what is kept")
    kept.add_argument("--into", type=Path, metavar="FOLDER", help="(OUTPUTS/comparisons/TIME)")
    kept.add_argument("--no-log", action="store_true", help="leave MLflow as it is")
    return made
