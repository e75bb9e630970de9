"""Look at recordings before any training, or preprocess them for later runs."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig

from eegbench.launch.data_words import as_experiment, as_overrides, count, part
from eegbench.launch.exit_status import exit_status
from eegbench.launch.process import as_job

EPILOG = """examples:
  eegbench data check FOLDER                       nights (*-PSG.edf with *-Hypnogram.edf), or files of any format
  eegbench data check FOLDER dataset=bids dataset.task=rest
  eegbench data check dataset=eegbci --csv recordings.csv
  eegbench data check FOLDER --subjects FOLDER/subjects.csv     a table to fill in: who is who, age and sex
  eegbench data build FOLDER                       preprocess what has no shard yet
  eegbench data build FOLDER hydra/launcher=slurm_cpu --recordings-per-job 100     in jobs; or joblib, or your own
  eegbench data build FOLDER --part 0/8            the first eighth, in a job array of your own

Overrides are those of `eegbench train`; FOLDER is dataset.root. Nothing of the recordings is changed, and `check`
writes nothing but what you name. A shard is never built twice at once, whoever builds."""


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench data``; return the exit status: 1 where a recording cannot be used or a job failed."""
    words = _parser().parse_intermixed_args(argv)
    work = check if words.action == "check" else build
    return exit_status(lambda: work(words), interrupted="shards that were built are kept.")


def check(words: argparse.Namespace) -> int:
    """List every recording with what is wrong with it."""
    from eegbench.preprocessing.survey import survey
    from eegbench.report.recordings import print_survey, write_survey

    if words.subjects and words.subjects.exists():
        raise ValueError(f"--subjects {words.subjects}: there is such a file already; name a new one.")
    for file in filter(None, (words.subjects, words.csv)):
        if not file.parent.is_dir():
            raise FileNotFoundError(f"{file}: there is no folder {file.parent}; make it, or name another file.")
    experiment = as_experiment(as_overrides(words.words), words.config_dir)
    found = survey(experiment.dataset, experiment.preprocessing, experiment.storage.n_workers)
    print_survey(found)
    write_survey(found.table, words.csv, words.subjects)
    return int(bool(found.refusal) or (found.table["problem"] != "").any())


def build(words: argparse.Namespace) -> int:
    """Preprocess what has no shard yet: in jobs, or a part of it here."""
    from eegbench.launch.data_build import build_in_jobs, build_part
    from eegbench.report.recordings import print_built

    overrides = as_overrides(words.words)
    experiment = as_experiment(overrides, words.config_dir)
    if words.part:
        built = build_part(experiment, overrides, words.part)
    else:
        flags = [f"--config-dir={words.config_dir}"] if words.config_dir else []
        built = build_in_jobs(build_job, experiment, [*flags, *overrides], words.recordings_per_job)
    print_built(built.report, built.n_recordings, experiment.storage.shards)
    return built.status or int(bool(built.report.failed))


@as_job
def build_job(config: DictConfig) -> None:
    """Build the shards of one job."""
    from eegbench.launch.data_build import build_own_share

    build_own_share(config)


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "eegbench data", description=__doc__, epilog=EPILOG, formatter_class=raw, allow_abbrev=False
    )
    parser.add_argument("action", choices=("check", "build"), help="list recordings and their problems, or preprocess")
    parser.add_argument("words", nargs="*", metavar="FOLDER | OVERRIDE", help="dataset.root, and options of train")
    parser.add_argument("--config-dir", metavar="FOLDER", help="your own options, before the shipped ones")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="check: write all columns to this file")
    parser.add_argument("--subjects", type=Path, metavar="FILE", help="check: write a table of subjects to fill in")
    a_job = "build: so many recordings a job (20; all with the basic launcher)"
    parser.add_argument("--recordings-per-job", type=count, metavar="N", help=a_job)
    every = "build: every N-th recording from the I-th on, in this process"
    parser.add_argument("--part", type=part, metavar="I/N", help=every)
    return parser
