"""The best trial of a sweep: its folder, and the command that trains it for more passes."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from eegbench.config import read_json, typed

REACHED = "trainer.max_passes="
"""Start of the reason why a training ended that more passes continue, followed by their number."""


def print_winner(trial: Path, typed_again: Sequence[str]) -> None:
    """Print the folder of the best trial, and the command that trains it for twice as many passes.

    There is no command if the training of a seed ended before the last pass: more passes would not continue it.

    Parameters
    ----------
    trial
        Folder of the trial.
    typed_again
        Words that must be typed again to resume it.
    """
    folder = run_of(trial)
    print(f"{'best:':<9}{folder}")
    files = [one / "summary.json" for one in (folder, *sorted(folder.glob("seed_*")))]
    passes = [_passes_reached(file) for file in files if file.is_file()]
    if passes and all(passes):
        words = [typed("resume", folder), f"trainer.max_passes={2 * max(passes)}", *map(shlex.quote, typed_again)]
        print(f"{'longer:':<9}eegbench train {' '.join(words)}")


def run_of(folder: Path) -> Path:
    """Return the folder of a trial's run: another one if the trial was skipped, as an identical run was finished."""
    pointer = folder / "same_as.json"
    return Path(read_json(pointer)["folder"]) if pointer.is_file() else folder


def _passes_reached(summary: Path) -> int:
    """Return the maximum number of passes that a run reached; 0 if its training ended earlier."""
    stopped = str(read_json(summary).get("stopped", ""))
    number = stopped.removeprefix(REACHED).partition(" ")[0]
    return int(number) if stopped.startswith(REACHED) and number.isdecimal() else 0
