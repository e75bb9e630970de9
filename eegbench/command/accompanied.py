"""When a run has a process beside it: where a core is free, and there are figures to draw or records to keep."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from eegbench import companion
from eegbench.command import drawing
from eegbench.progress import n_cores

SHOWING = ("--cfg", "--info", "--hydra-help", "--version", "--shell-completion", "--package")
"""What only shows something."""


def begin_early(words: Sequence[str]) -> None:
    """Start the process before the options are composed, where these words of the command line leave room for it."""
    several = any(word.startswith("hydra/launcher=") and not word.endswith("=basic") for word in words)
    shows = any(word.startswith(SHOWING) or word in ("-c", "-i", "-p", "-sc") for word in words)
    is_alone = int(os.environ.get("WORLD_SIZE") or 1) == 1
    if _is_program() and is_alone and not several and not shows and "companion=false" not in words and n_cores() > 1:
        companion.begin()
        companion.do(drawing.begin)


def _is_program() -> bool:
    """Say whether this is eegbench's own program: a new process imports the main script, which another must expect."""
    file = Path(getattr(sys.modules["__main__"], "__file__", None) or "")
    return file.name == "eegbench" or file.parts[-2:] == ("eegbench", "__main__.py")


def accompany(config: DictConfig) -> None:
    """Let the process load what it will need, or end it where these options want none; a multirun keeps it for all."""
    draws = bool(config.get("figures"))
    keeps = not str(config.get("tracking", {}).get("_target_", "")).endswith(".Folder")
    if config.get("companion") != "auto" or not (draws or keeps):
        companion.end()
    if companion.is_there():  # each a task of its own: an interrupt waits for one at most
        if keeps:
            companion.do(drawing.open_place, OmegaConf.to_container(config.tracking, resolve=True))
        if draws:
            companion.do(drawing.load_figures)
        if keeps:
            companion.do(drawing.load_model)
