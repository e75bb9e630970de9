"""The argument parser of ``eegbench data``."""

import argparse
from pathlib import Path

DESCRIPTION = "Look at recordings before any training, or preprocess them for later runs."

EPILOG = """examples:
  eegbench data check FOLDER                       nights (*-PSG.edf with *-Hypnogram.edf), or files of any format
  eegbench data check FOLDER dataset=bids dataset.task=rest
  eegbench data check dataset=eegbci --csv recordings.csv
  eegbench data check FOLDER --subjects FOLDER/subjects.csv     a table of subjects, age and sex to fill in
  eegbench data build FOLDER                       preprocess recordings without a shard
  eegbench data build FOLDER hydra/launcher=slurm_cpu --recordings-per-job 100     in jobs; or joblib, or your own
  eegbench data build FOLDER --part 0/8            the first eighth, for your own job array

Overrides are those of `eegbench train`; FOLDER is dataset.root. Recordings are never changed, and `check`
writes only the files that you name. Several builds at once never build the same shard."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``eegbench data``."""
    raw = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser(
        "eegbench data", description=DESCRIPTION, epilog=EPILOG, formatter_class=raw, allow_abbrev=False
    )
    made.add_argument("action", choices=("check", "build"), help="list recordings and their problems, or preprocess")
    made.add_argument("words", nargs="*", metavar="FOLDER | OVERRIDE", help="dataset.root, and options of train")
    made.add_argument("--config-dir", metavar="FOLDER", help="your own options, preferred to shipped ones")
    made.add_argument("--csv", type=Path, metavar="FILE", help="check: write all columns to this file")
    made.add_argument("--subjects", type=Path, metavar="FILE", help="check: write a table of subjects to fill in")
    a_job = "build: recordings per job (20; all with the basic launcher)"
    made.add_argument("--recordings-per-job", type=count, metavar="N", help=a_job)
    every = "build: every N-th recording, starting with the I-th, in this process"
    made.add_argument("--part", type=part, metavar="I/N", help=every)
    return made


def count(text: str) -> int:
    """Parse a number of recordings, for argparse."""
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text}: a number of recordings is expected, 1 or more")
    return int(text)


def part(text: str) -> tuple[int, int]:
    """Parse a part such as 0/8, for argparse."""
    number, _, n_parts = text.partition("/")
    if not (number.isdecimal() and n_parts.isdecimal() and int(number) < int(n_parts)):
        raise argparse.ArgumentTypeError(f"{text}: PART/PARTS is expected, from 0/8 to 7/8")
    return int(number), int(n_parts)
