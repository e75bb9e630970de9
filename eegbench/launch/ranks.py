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
    from eegbench.experiment import Experiment  # not imported at run time, as it loads torch

NO_MULTIRUN = "torchrun trains one run in several processes; start a multirun without torchrun."

MISSING_ADDRESS = (
    "RANK and WORLD_SIZE are set for several processes, but MASTER_ADDR, the address of the first, is missing; "
    "start with torchrun, or for one process: unset RANK WORLD_SIZE."
)


def together(verb: Callable[[Sequence[str]], int], argv: Sequence[str]) -> int:
    """Run a verb in each of the processes that `torchrun` started; return the exit status of this process.

    A single process runs the verb directly.
    """
    if not several():
        return verb(argv)
    if "MASTER_ADDR" not in os.environ:
        print(f"eegbench: {MISSING_ADDRESS}", file=sys.stderr)
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
    """Return whether `torchrun` started more than one process."""
    return "RANK" in os.environ and int(os.environ.get("WORLD_SIZE", "1")) > 1


def joint_words(words: list[str]) -> list[str]:
    """Add an override so that all processes share one run folder.

    Raises
    ------
    ValueError
        If more than one run is requested.
    """
    if not several():
        return words
    from eegbench.distributed import broadcast

    if is_multirun(words):
        raise ValueError(NO_MULTIRUN)
    started = broadcast(f"{datetime.now():%Y-%m-%d_%H-%M-%S-%f}")
    own = [] if any(word.startswith("hydra.run.dir=") for word in words) else [_run_dir(started)]
    place = next((i for i, word in enumerate(words) if "=" in word and not word.startswith("-")), len(words))
    return [*words[:place], *own, *words[place:]]  # Hydra's parser requires overrides to be adjacent


def check_together(experiment: "Experiment", mode: RunMode | None) -> None:
    """Raise an error for runs that several processes cannot train as one.

    Raises
    ------
    ValueError
        If the trainer is not ``ddp``, so that each process would train separately, or several runs are requested.
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
    """Discard standard output and standard error during the block."""
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,  # noqa: PTH123  a system path
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield
