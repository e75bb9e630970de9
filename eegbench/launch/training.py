"""A job of ``eegbench train``, and one run of it for another program, without an exit of the process."""

import re
from collections.abc import Sequence
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from eegbench.config import ConfigError, plain
from eegbench.launch.embedded import as_before
from eegbench.launch.override import is_override, with_home, with_whole_labels
from eegbench.launch.process import as_job
from eegbench.launch.ranks import check_together
from eegbench.launch.resume import with_resume
from eegbench.launch.run import call_verb, prepare

SEVERAL = re.compile(r"\+*(sweep=|sweep\.(dry_run|seeds)=|hydra/(sweeper|launcher)=)")
"""Overrides of several runs, or of none."""


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


def train_once(overrides: Sequence[str], config_dir: str | None) -> Path:
    """Train one run as ``eegbench train`` does, and return its folder; what it changes in the process is restored.

    Parameters
    ----------
    overrides
        Overrides of ``eegbench train``.
    config_dir
        Folder of the user's own options; None if there is none.

    Raises
    ------
    ConfigError
        If the overrides are those of several runs, or include a flag.
    """
    check_single(overrides)
    words = with_resume(with_whole_labels(with_home(overrides)))
    words += [f"--config-dir={Path(config_dir).resolve()}"] if config_dir else []
    folders: list[Path] = []

    @as_job
    def job(config: DictConfig) -> float | list[float] | None:
        folders.append(Path(HydraConfig.get().runtime.output_dir).resolve())
        return train(config)

    with as_before():
        prepare("train", words)
        call_verb(job, config_name="train", argv=words)
    return folders[-1]


def check_single(overrides: Sequence[str]) -> None:
    """Raise an error for flags, and for the options of several runs.

    Raises
    ------
    ConfigError
        With the command to type instead.
    """
    if flags := [word for word in overrides if not is_override(word)]:
        raise ConfigError(
            f"{flags[0]}: flags are for the command line; expected overrides such as 'seed=3'. Several runs are "
            "started by eegbench train -m, or by one call each."
        )
    if word := next((word for word in overrides if SEVERAL.match(word)), None):
        raise ConfigError(
            f"{word}: one run is expected here; sweep with eegbench train on the command line, and open its runs with "
            "load_run."
        )
