"""Pool the test predictions of all folds of a split into one table; scores of several seeds are averaged."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from eegbench.launch.exit_status import failed


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench pool``; return the exit status."""
    parser = argparse.ArgumentParser(prog="eegbench pool", description=__doc__)
    parser.add_argument("folder", nargs="+", type=Path, metavar="FOLDER", help="folders of runs, or of a multirun")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="folder for the table (the first given)")
    words = parser.parse_args(argv)
    from eegbench.comparison.pool import find_runs, pool  # here, so that --help is fast

    try:
        pool(find_runs(words.folder), words.into or words.folder[0])
    except (ValueError, OSError) as error:
        return failed(error)
    return 0
