"""One training in several processes: `torchrun` starts them, process 0 writes and prints, the others only train."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hydra.types import RunMode

from eegbench.launch.override import is_multirun

if TYPE_CHECKING:
    from eegbench.experiment import Experiment  # imported at run time, it would load torch for --help

NO_MULTIRUN = "torchrun trains one run in several processes; start a multirun without torchrun."

HALF_STARTED = (
    "RANK and WORLD_SIZE say that there are several processes, and MASTER_ADDR does not say where the first one is; "
    "start with torchrun, or for one process: unset RANK WORLD_SIZE."
)


def together(verb: Callable[[Sequence[str]], int], argv: Sequence[str]) -> int:
    """Run a verb in each of the processes that `torchrun` started; return this one's exit status.

    Where there is one process, nothing is done about it.
    """
    if not several():
        return verb(argv)
    if "MASTER_ADDR" not in os.environ:
        print(f"eegbench: {HALF_STARTED}", file=sys.stderr)
        return 1
    from eegbench import distributed  # here and below, so that --help need not import torch
    from eegbench.environment import has_gpu

    distributed.join(gpu=has_gpu())
    try:
        if distributed.is_main():
            return verb(argv)
        with _silence():
            return verb(argv)
    finally:
        distributed.leave()


def several() -> bool:
    """Whether `torchrun` started more than one process."""
    return "RANK" in os.environ and int(os.environ.get("WORLD_SIZE", "1")) > 1


def joint_words(words: list[str]) -> list[str]:
    """Let all processes have one run folder, and one of them describe it.

    Raises
    ------
    ValueError
        Where more than one run is asked for.
    """
    if not several():
        return words
    from eegbench.distributed import broadcast, is_main

    if is_multirun(words):
        raise ValueError(NO_MULTIRUN)
    started = broadcast(f"{datetime.now():%Y-%m-%d_%H-%M-%S-%f}")
    own = [] if any(word.startswith("hydra.run.dir=") for word in words) else [_run_dir(started)]
    own += [] if is_main() else ["hydra.output_subdir=null"]
    place = next((i for i, word in enumerate(words) if "=" in word and not word.startswith("-")), len(words))
    return [*words[:place], *own, *words[place:]]  # Hydra's parser wants all overrides side by side


def check_together(experiment: "Experiment", mode: RunMode | None) -> None:
    """Refuse what several processes cannot do as one.

    Raises
    ------
    ValueError
        Where the trainer is not ``ddp``, and would train the same in every process, or several runs are asked for.
    """
    if not several():
        return
    if mode == RunMode.MULTIRUN:
        raise ValueError(NO_MULTIRUN)
    if experiment.sweep.seeds or experiment.sweep.skip_finished:
        raise ValueError("torchrun trains one run: leave sweep.seeds and sweep.skip_finished out, or start without it.")
    if not experiment.trainer.joins_processes:
        raise ValueError(
            f"torchrun started {os.environ['WORLD_SIZE']} processes, which only trainer=ddp joins; add trainer=ddp, "
            "or start without torchrun."
        )


def _run_dir(started: str) -> str:
    return f"hydra.run.dir='${{paths.runs}}/{started}_${{name}}'"


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Say nothing; an exception that passes through here speaks again."""
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,  # noqa: PTH123  no path of ours
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield
