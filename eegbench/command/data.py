"""Look at recordings before any training, or preprocess them for later runs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # so that --help need not import torch
    from eegbench.experiment.base import Experiment

EPILOG = """examples:
  eegbench data check FOLDER                       nights (*-PSG.edf with *-Hypnogram.edf), or files of any format
  eegbench data check FOLDER dataset=bids dataset.task=rest
  eegbench data check dataset=eegbci --csv recordings.csv
  eegbench data check FOLDER --subjects FOLDER/subjects.csv     a table to fill in: who is who, age and sex
  eegbench data build dataset=eegbci --part 0/8    preprocess the first eighth, say as one job of a SLURM array

Overrides are those of `eegbench train`; FOLDER is dataset.root. Nothing of the recordings is changed, and `check`
preprocesses nothing."""


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench data``; return the exit status: 1 where a recording has a problem."""
    from eegbench.launch.error_message import error_message

    words = _parser().parse_intermixed_args(argv)
    try:
        return check(words) if words.action == "check" else build(words)
    except KeyboardInterrupt:
        print("eegbench: interrupted; shards that were built are kept.", file=sys.stderr)
        return 130
    except Exception as error:
        message = error_message(error, "train")
        if message is None:
            raise
        print(f"eegbench: {message}", file=sys.stderr)
        return 1


def check(words: argparse.Namespace) -> int:
    """List every recording with what is wrong with it."""
    from eegbench.preprocessing.survey import survey, table
    from eegbench.report.console import print_survey

    experiment = _experiment(words.words, words.config_dir)
    if words.subjects and words.subjects.exists():
        raise ValueError(f"--subjects {words.subjects}: there is such a file already; name a new one.")
    found = list(survey(experiment.dataset, experiment.preprocessing))
    rows = table(found)
    print_survey(rows)
    if words.csv:
        rows.to_csv(words.csv, index=False)
        print(f"\nall columns: {words.csv}")
    if words.subjects:
        skeleton = rows[["recording", "subject"]].assign(age="", sex="")
        skeleton.to_csv(words.subjects, index=False)
        print(f"\nto fill in: {words.subjects}")
    return int((rows["problem"] != "").any())


def build(words: argparse.Namespace) -> int:
    """Preprocess what has no shard yet, or a part of it."""
    from eegbench.preprocessing.build import build_shards, plan_shards
    from eegbench.progress import tell

    experiment = _experiment(words.words, words.config_dir)
    recordings = experiment.dataset.recordings()
    part, n_parts = words.part
    chosen = recordings[part::n_parts]
    if not chosen:
        tell(f"part {part}/{n_parts} of {len(recordings)} recordings: none")
        return 0
    plan = plan_shards(experiment.dataset, experiment.preprocessing, chosen, experiment.storage)
    used, _, skipped, n_built = build_shards(plan)
    for one in skipped:
        tell(f"skipped {one.recording}: {one.reason}")
    tell(f"{len(used)} of {len(recordings)} recordings have shards in {experiment.storage.shards}, {n_built} built now")
    return 0


def _experiment(words: Sequence[str], config_dir: str | None) -> "Experiment":
    """Return the experiment of ``eegbench train`` with these overrides."""
    from eegbench.config import plain, quoted
    from eegbench.experiment.options import read_experiment
    from eegbench.launch.help import composed
    from eegbench.launch.override import is_override, with_whole_labels

    folders = [word for word in words if not is_override(word)]
    overrides = [word for word in words if is_override(word)]
    if len(folders) > 1:
        raise ValueError(f"{' '.join(folders)}: one folder is expected; quote a name with spaces.")
    if folders:
        folder = Path(folders[0]).expanduser().resolve()
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder}: there is no such folder.")
        named = [] if any(word.startswith("dataset=") for word in overrides) else _reader(folder)
        overrides = [*named, f"dataset.root={quoted(str(folder))}", *overrides]
    return read_experiment(plain(composed("train", ["name=data", *with_whole_labels(overrides)], config_dir)))


def _reader(folder: Path) -> list[str]:
    """Return the dataset for a folder where none is named; each file counts as a subject until somebody says more."""
    is_sleep = any(folder.glob("*-PSG.edf"))
    return ["dataset=sleep_physionet"] if is_sleep else ["dataset=recordings", "dataset.subject=file"]


def _part(text: str) -> tuple[int, int]:
    part, _, n_parts = text.partition("/")
    if not (part.isdecimal() and n_parts.isdecimal() and int(part) < int(n_parts)):
        raise argparse.ArgumentTypeError(f"{text}: PART/PARTS is expected, from 0/8 to 7/8")
    return int(part), int(n_parts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="eegbench data",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=("check", "build"), help="list recordings and their problems, or preprocess")
    parser.add_argument("words", nargs="*", metavar="FOLDER | OVERRIDE", help="dataset.root, and options of train")
    parser.add_argument("--config-dir", metavar="FOLDER", help="your own options, before the shipped ones")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="check: write all columns to this file")
    parser.add_argument("--subjects", type=Path, metavar="FILE", help="check: write a table of subjects to fill in")
    parser.add_argument(
        "--part", type=_part, default=(0, 1), metavar="I/N", help="build: every N-th recording from the I-th on"
    )
    return parser
