"""The argument parser of ``eegbench predict``."""

import argparse
from pathlib import Path

DESCRIPTION = "Stage new recordings with the network of a finished run, and score them where they have labels."

EPILOG = """examples:
  eegbench predict --run outputs/runs/FOLDER night1.edf night2.vhdr --out staged
  eegbench predict --run outputs/runs/FOLDER FOLDER --out staged --channels Fpz-Cz=F4-M1 --lights-off 23:10
  eegbench predict --run outputs/runs/FOLDER FOLDER --out staged --labels '*.csv' dataset/labels=aasm
  eegbench predict --run 3f2a… FOLDER dataset=sleep_physionet dataset.crop_wake_min=null --out staged

A folder or files in any format of dataset=recordings are read without labels, unless --labels names their source;
other sets by dataset=NAME. Options of the dataset are overrides, such as dataset.pattern='**/*.edf' or
dataset.subject=folder; `eegbench train dataset=NAME --help` lists those of each. Signals are prepared as in training.
Recordings that cannot be staged are listed, and the exit status is 1 without --skip-bad."""


def _alias(text: str) -> tuple[str, str]:
    name, equals, alias = text.partition("=")
    if not (name and equals and alias):
        raise argparse.ArgumentTypeError(f"{text}: NAME=ALIAS is expected, the network's name first")
    return name, alias


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``eegbench predict``."""
    raw = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser(
        "eegbench predict", description=DESCRIPTION, epilog=EPILOG, formatter_class=raw, allow_abbrev=False
    )
    add = made.add_argument
    add("words", nargs="*", metavar="FILE | FOLDER | OVERRIDE", help="recordings, and options of their dataset")
    add(
        "--run",
        required=True,
        help="a finished run: its folder, the folder of its network, its id in MLflow; or published weights",
    )
    add("--out", required=True, type=Path, metavar="FOLDER", help="folder for all output")
    network = made.add_argument_group("network")
    network.add_argument(
        "--predictor", default="auto", metavar="NAME", help="network (default), probe, or a probe's name"
    )
    network.add_argument("--outputs", default="outputs", type=Path, metavar="FOLDER", help="MLflow's runs are here")
    network.add_argument("--tracking-uri", metavar="URI", help="database or server, instead of the one in that folder")
    network.add_argument("--device", default="auto", help="cpu, cuda (auto)")
    network.add_argument("--trust", action="append", default=[], metavar="MODULE", help="trusted module of your own")
    read = made.add_argument_group("reading of recordings")
    alias = "name of a channel or derivation in the recordings: Fpz-Cz=F4-M1; once per channel"
    read.add_argument("--channels", action="append", type=_alias, default=[], metavar="NAME=ALIAS", help=alias)
    where = "annotations, triggers, or a file next to each, as '*.csv' (no labels)"
    read.add_argument("--labels", metavar="WHERE", help=where)
    read.add_argument("--config-dir", metavar="FOLDER", help="your own options, preferred to shipped ones")
    said = made.add_argument_group("scoring")
    rules = ("geometric", "arithmetic", "majority")
    said.add_argument("--vote", default=rules[0], choices=rules, help="how votes combine (geometric)")
    said.add_argument("--uncalibrated", action="store_true", help="do not apply the temperature fitted on valid")
    said.add_argument("--lights-off", metavar="TIME", help="HH:MM, or whole minutes from the first sample (start)")
    said.add_argument("--lights-on", metavar="TIME", help="likewise (end)")
    said.add_argument("--lights", type=Path, metavar="FILE", help="a CSV table: recording, lights_off, lights_on")
    kept = made.add_argument_group("output")
    kept.add_argument("--skip-bad", action="store_true", help="exit status 0 even if some recordings cannot be staged")
    replaces = "replace existing predictions; only files of an earlier predict are removed"
    kept.add_argument("--overwrite", action="store_true", help=replaces)
    kept.add_argument("--no-figures", action="store_true", help="do not plot hypnodensities")
    return made
