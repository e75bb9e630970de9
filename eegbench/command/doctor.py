"""Check this installation: versions, device, threads, folders, stored data and tracking."""

import argparse
from collections.abc import Sequence

from eegbench.launch.exit_status import exit_status

EPILOG = """examples:
  eegbench doctor
  eegbench doctor paths.outputs=FOLDER tracking.uri=http://127.0.0.1:5000
  eegbench doctor --full                 also read all bytes of stored data

Overrides are those of `eegbench train`. Nothing is downloaded, created or changed. Each line is ok, a warning, or
broken with what to do. The exit status is 1 if something is broken."""


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench doctor``; return the exit status, which is 1 if something is broken."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("eegbench doctor", description=__doc__, epilog=EPILOG, formatter_class=raw)
    parser.add_argument("words", nargs="*", metavar="OVERRIDE", help="options of train, as paths.outputs=FOLDER")
    parser.add_argument("--config-dir", metavar="FOLDER", help="your own options, preferred to shipped ones")
    parser.add_argument("--full", action="store_true", help="read all bytes of stored data")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON, for programs")
    words = parser.parse_intermixed_args(argv)
    return exit_status(lambda: doctor(words), interrupted="nothing was changed.")


def doctor(words: argparse.Namespace) -> int:
    """Run all checks and print their findings."""
    from eegbench.launch.checked_installation import findings  # here, so that --help need not import torch
    from eegbench.report.findings import print_findings

    found = findings(words.words, words.config_dir, is_full=words.full)
    print_findings(found, as_json=words.json)
    return int(any(one.state == "broken" for one in found))
