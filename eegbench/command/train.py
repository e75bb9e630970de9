"""Pretrain an encoder on windows, probe what it learned, and leave a complete run behind."""

import sys
from collections.abc import Sequence
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from eegbench.command.job import as_job
from eegbench.command.launch import launch, value_in
from eegbench.command.ranks import check_together, joint_words, together
from eegbench.command.sweeping import close_sweep
from eegbench.config import MAY_CHANGE


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench train`` with Hydra overrides; return the exit status."""
    return together(_main, argv)


def _main(argv: Sequence[str]) -> int:
    try:
        words = joint_words(with_resume(_dry(_searching(list(argv)))))
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    status = 1
    try:
        status = launch(train, config_name="train", argv=words)
    finally:
        close_sweep(status)
    return status


@as_job
def train(config: DictConfig) -> float | list[float] | None:
    """Run one job and return what its sweep seeks: the probe's balanced accuracy on valid, if nothing else is named."""
    from eegbench.command.options import checked  # here, so that --help need not import torch
    from eegbench.command.trial import run_trial

    options = checked(config)
    check_together(options, HydraConfig.get().mode)
    return run_trial(options, HydraConfig.get())


def _searching(words: list[str]) -> list[str]:
    """Let a sweeper that is named sweep, also without -m."""
    is_named = any(word.startswith("hydra/sweeper=") for word in words)
    return ["-m", *words] if is_named and not {"-m", "--multirun"} & set(words) else words


def _dry(words: list[str]) -> list[str]:
    """Print the options where one run is to be tried dry; what a sweep would run, the sweep itself prints."""
    is_sweep = any(word in ("-m", "--multirun") or word.startswith("+sweep=") for word in words)
    if is_sweep or "sweep.dry_run=true" not in words:
        return words
    return [*words, "--cfg", "job"]


def with_resume(words: list[str]) -> list[str]:
    """Replace ``resume=FOLDER`` by the overrides that this run was started with, and its folder.

    Raises
    ------
    ValueError
        Where other options stand beside it, or the run is finished.
    FileNotFoundError
        Where the folder holds no run.
    """
    run = value_in(words, "resume")
    if run in ("", "null"):
        return words
    folder = Path(run).resolve()
    free = tuple(f"{name}=" for name in MAY_CHANGE)
    others = [word for word in words if "=" in word and not word.startswith(("resume=", "-", *free))]
    if others or "-m" in words or "--multirun" in words:
        raise ValueError(
            f"resume={folder} finishes a run with its own options: leave {others[0] if others else '-m'} out, "
            "or start a new run with encoder=FOLDER."
        )
    overrides = folder / ".hydra" / "overrides.yaml"
    if not overrides.is_file():
        raise FileNotFoundError(f"resume={folder}: there is no run in this folder ({overrides} is missing).")
    if (folder / "summary.json").is_file():
        raise ValueError(f"resume={folder}: this run is finished; its scores are in {folder / 'scores.csv'}.")
    first = [str(word) for word in OmegaConf.load(overrides) if not str(word).startswith("resume=")]
    flags = [word for word in words if not word.startswith(("resume=", *free))]
    changed = [word for word in words if word.startswith(free)]
    return [*flags, *first, *changed, f"resume='{folder}'", f"hydra.run.dir='{folder}'"]
