"""Pretrain an encoder on windows, evaluate it with probes, and write a complete run."""

from collections.abc import Sequence
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from eegbench.config import plain
from eegbench.launch.exit_status import failed
from eegbench.launch.multirun import close_sweep
from eegbench.launch.override import one_word_flags, with_dry_run, with_home, with_multirun, with_whole_labels
from eegbench.launch.process import as_job
from eegbench.launch.ranks import check_together, joint_words, together
from eegbench.launch.resume import with_resume
from eegbench.launch.run import run_verb
from eegbench.launch.run_config import with_run_config


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench train`` with Hydra overrides; return the exit status."""
    return together(_main, argv)


def _main(argv: Sequence[str]) -> int:
    try:
        words = with_run_config(with_home(one_word_flags(argv)), "train")
        words = with_dry_run(with_multirun(with_whole_labels(words)))
        words = joint_words(with_resume(words))
    except (ValueError, OSError) as error:
        return failed(error)
    status = 1
    try:
        status = run_verb(train, config_name="train", argv=words)
    finally:
        close_sweep(status)
    return status


@as_job
def train(config: DictConfig) -> float | list[float] | None:
    """Run one job and return the objectives of its sweep: by default the probe's balanced accuracy on valid."""
    from eegbench.distributed import is_main
    from eegbench.experiment.options import read_experiment  # here, so that --help need not import torch
    from eegbench.launch.composed_files import write_composed
    from eegbench.launch.job import run_job

    experiment, hydra = read_experiment(plain(config)), HydraConfig.get()
    check_together(experiment, hydra.mode)
    if is_main():
        write_composed(config, hydra, Path(hydra.runtime.output_dir))
    return run_job(experiment, hydra)
