"""Find, download, simulate, check and preprocess recordings, before any training."""

import argparse
from collections.abc import Sequence

from omegaconf import DictConfig

from eegbench.launch.data_arguments import as_experiment, as_overrides
from eegbench.launch.data_parser import parse
from eegbench.launch.exit_status import exit_status
from eegbench.launch.process import as_job


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench data``; return the exit status, which is 1 if a recording cannot be used or a job failed."""
    words = parse(argv)
    if words is None:
        return 0 if argv else 2
    work = {"list": list_all, "fetch": fetch, "simulate": simulate, "check": check, "build": build}[words.action]
    return exit_status(lambda: work(words), interrupted=words.interrupted)


def list_all(words: argparse.Namespace) -> int:
    """Print an overview of the shipped datasets."""
    from eegbench.launch.data_list import overviews
    from eegbench.report.dataset_list import print_list

    print_list(overviews(words.words, words.config_dir), as_json=words.json)
    return 0


def fetch(words: argparse.Namespace) -> int:
    """Download a dataset."""
    from eegbench.launch.data_fetch import fetch as fetch_set

    print(fetch_set(words.words, words.config_dir))
    return 0


def simulate(words: argparse.Namespace) -> int:
    """Write simulated nights to a folder."""
    from eegbench.launch.data_fetch import simulate as simulate_nights

    print(simulate_nights(words.words, words.config_dir, words.out))
    return 0


def check(words: argparse.Namespace) -> int:
    """List every recording with its problems."""
    from eegbench.preprocessing.survey import survey
    from eegbench.report.recordings import check_targets, print_survey, write_survey

    check_targets(words.csv, words.subjects)
    experiment = as_experiment(as_overrides(words.words), words.config_dir)
    found = survey(experiment.dataset, experiment.preprocessing, experiment.storage.n_workers)
    print_survey(found)
    write_survey(found.table, words.csv, words.subjects)
    return int(bool(found.refusal) or (found.table["problem"] != "").any())


def build(words: argparse.Namespace) -> int:
    """Build missing shards: in jobs, or a part of them in this process."""
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
