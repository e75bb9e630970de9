"""The argument parser of ``eegbench data``: one for each action."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from eegbench.text import near

DESCRIPTION = """Find, download, simulate, check and preprocess recordings, before any training.

usage: eegbench data ACTION ...

{actions}

`eegbench data ACTION --help` explains an action."""

CONTINUE = "complete files are kept; repeat the command to continue."

OVERRIDES = """Overrides are those of `eegbench train`; FOLDER is dataset.root."""


class Action(NamedTuple):
    """An action: its help texts, the state after Ctrl-C, and a function that adds its options."""

    summary: str
    words: str
    about_words: str
    epilog: str
    interrupted: str
    add_options: Callable[[argparse.ArgumentParser], None]


def parse(argv: Sequence[str]) -> argparse.Namespace | None:
    """Parse the arguments of ``eegbench data``; without an action, print the help and return None.

    The result has the attributes ``action`` and ``interrupted``, too.
    """
    if not argv or argv[0] in ("-h", "--help", "help"):
        actions = "\n".join(f"  {name:<9} {action.summary}" for name, action in ACTIONS.items())
        print(DESCRIPTION.format(actions=actions))
        return None
    name = next((word for word in argv if word in ACTIONS), None)
    if name is None:
        argparse.ArgumentParser("eegbench data").error(
            f"{argv[0]}: there is no such action{near(argv[0], ACTIONS)}; there are {', '.join(ACTIONS)}."
        )
    rest = list(argv)
    rest.remove(name)
    words = _parser(name, ACTIONS[name]).parse_intermixed_args(rest)
    words.action, words.interrupted = name, ACTIONS[name].interrupted
    return words


def _parser(name: str, action: Action) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        f"eegbench data {name}",
        description=f"{action.summary[0].upper()}{action.summary[1:]}.",
        epilog=action.epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("words", nargs="*", metavar=action.words, help=action.about_words)
    made.add_argument("--config-dir", metavar="FOLDER", help="your own options, preferred to shipped ones")
    action.add_options(made)
    return made


def _of_list(made: argparse.ArgumentParser) -> None:
    made.add_argument("--json", action="store_true", help="print the list as JSON, for programs")


def _of_fetch(made: argparse.ArgumentParser) -> None:
    """Add nothing: overrides choose what is downloaded."""


def _of_simulate(made: argparse.ArgumentParser) -> None:
    made.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="a new folder for the recordings")


def _of_check(made: argparse.ArgumentParser) -> None:
    made.add_argument("--csv", type=Path, metavar="FILE", help="write all columns to this file")
    made.add_argument("--subjects", type=Path, metavar="FILE", help="write a table of subjects to fill in")


def _of_build(made: argparse.ArgumentParser) -> None:
    a_job = "recordings per job (20; all with the basic launcher)"
    made.add_argument("--recordings-per-job", type=count, metavar="N", help=a_job)
    every = "every N-th recording, starting with the I-th, in this process"
    made.add_argument("--part", type=part, metavar="I/N", help=every)


ACTIONS = {
    "list": Action(
        "list the data sets that can be named: content, licence, size, folder",
        "OVERRIDE",
        "paths, as paths.outputs=FOLDER or paths.roots.eegbci=FOLDER",
        "Nothing is downloaded or written.",
        "nothing was written.",
        _of_list,
    ),
    "fetch": Action(
        "download a public data set, or the missing part of it",
        "NAME | OVERRIDE",
        "a data set of `eegbench data list`, and options of train that choose a part",
        """examples:
  eegbench data fetch mental_arithmetic
  eegbench data fetch sleep_physionet dataset.subjects=[0,1,2]
  eegbench data fetch dod_h 'dataset.records=[095d,0d79]'
  eegbench data fetch moabb dataset.name=BNCI2014_001      needs the package moabb

Files are compared with checksums, and no file is visible before it is complete. After an interruption, repeat the
command: complete files are kept. A run downloads missing files itself; `fetch` does so in advance.""",
        CONTINUE,
        _of_fetch,
    ),
    "simulate": Action(
        "write simulated nights to a folder, as files of the format of Sleep-EDF or of the Dreem Open Datasets",
        "OVERRIDE",
        "options of dataset=simulated_sleep (default) or dataset=simulated_dod",
        """examples:
  eegbench data simulate --out nights
  eegbench data simulate --out nights dataset.n_subjects=4 dataset.hours=8 dataset.seed=3
  eegbench data simulate --out nights dataset=simulated_dod dataset.set=dod_o

docs/simulator.md describes the nights. `simulation.json` in the folder records the options; after an interruption,
repeat the command.""",
        CONTINUE,
        _of_simulate,
    ),
    "check": Action(
        "list recordings and their problems",
        "FOLDER | OVERRIDE",
        "dataset.root, and options of train",
        f"""examples:
  eegbench data check FOLDER                       nights (*-PSG.edf with *-Hypnogram.edf), or files of any format
  eegbench data check FOLDER dataset=bids dataset.task=rest
  eegbench data check dataset=eegbci --csv recordings.csv
  eegbench data check FOLDER --subjects FOLDER/subjects.csv     a table of subjects, age and sex to fill in

{OVERRIDES} Recordings are never changed, and only the files that you name are written.""",
        "nothing was written.",
        _of_check,
    ),
    "build": Action(
        "preprocess recordings for later runs",
        "FOLDER | OVERRIDE",
        "dataset.root, and options of train",
        f"""examples:
  eegbench data build FOLDER                       preprocess recordings without a shard
  eegbench data build FOLDER hydra/launcher=slurm_cpu --recordings-per-job 100     in jobs; or joblib, or your own
  eegbench data build FOLDER --part 0/8            the first eighth, for your own job array

{OVERRIDES} Several builds at once never build the same shard.""",
        "shards that were built are kept.",
        _of_build,
    ),
}
"""Actions in the order in which a newcomer needs them."""


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
