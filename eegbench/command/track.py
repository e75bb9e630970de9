"""Send finished runs to MLflow from their folders: runs made without it, or while it did not answer."""

import argparse
from collections.abc import Sequence
from pathlib import Path

EPILOG = """examples:
  eegbench track outputs/runs/FOLDER
  eegbench track outputs/runs/* --tracking-uri http://127.0.0.1:5000

Parameters, metrics of each pass, scores, files and the model are sent. Runs that are in MLflow already are completed,
not duplicated."""


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench track``; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="eegbench track",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", nargs="+", type=Path, help="folders of finished runs")
    parser.add_argument("--outputs", type=Path, metavar="FOLDER", help="outputs folder with the database (the run's)")
    parser.add_argument("--tracking-uri", metavar="URI", help="database or server, instead of the one in that folder")
    words = parser.parse_args(argv)
    from eegbench.launch.sent_runs import send_runs  # here, so that --help is fast

    return send_runs(words.folder, words.outputs, words.tracking_uri)
