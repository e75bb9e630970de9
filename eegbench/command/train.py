"""Pretrain an encoder on windows, probe what it learned, and leave a complete run behind."""

import sys
from collections.abc import Sequence
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from eegbench.command.job import as_job
from eegbench.command.launch import launch


def main(argv: Sequence[str]) -> int:
    """Run ``eegbench train`` with Hydra overrides; return the exit status."""
    try:
        words = with_resume(list(argv))
    except (ValueError, OSError) as error:
        print(f"eegbench: {error}", file=sys.stderr)
        return 1
    return launch(train, config_name="train", argv=words)


@as_job
def train(config: DictConfig) -> float | None:
    """Run one experiment and return the probe's balanced accuracy on valid, for sweeps to maximise."""
    from eegbench.command.experiment import run_experiment  # here, so that --help need not import torch
    from eegbench.command.options import checked

    options = checked(config)
    return run_experiment(options, Path(HydraConfig.get().runtime.output_dir).resolve())


def with_resume(words: list[str]) -> list[str]:
    """Replace ``resume=FOLDER`` by the overrides that this run was started with, and its folder.

    Raises
    ------
    ValueError
        Where other options stand beside it, or the run is finished.
    FileNotFoundError
        Where the folder holds no run.
    """
    named = [word.partition("=")[2].strip("'\"") for word in words if word.startswith("resume=")]
    if not named or named[-1] in ("", "null"):
        return words
    folder = Path(named[-1]).resolve()
    others = [word for word in words if "=" in word and not word.startswith(("resume=", "-"))]
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
    flags = [word for word in words if not word.startswith("resume=")]
    return [*flags, *first, f"resume='{folder}'", f"hydra.run.dir='{folder}'"]
