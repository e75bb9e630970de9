"""Checks before a finished run is extended: ``resume=FOLDER trainer.max_passes=N``."""

from pathlib import Path
from typing import Any

from eegbench.config import read_json, read_plain

KEY = "trainer.max_passes"
"""The option that extends a finished run."""

SUMMARY = "summary.json"
REACHED = f"{KEY}="
"""Start of the reason why a training ended that may go on; others, such as early stopping, would end it at once."""


def finished_runs(folder: Path) -> list[Path]:
    """Return the folders with the finished runs of a job: its own, or those of its seeds; empty unless all are."""
    seeds = sorted(folder.glob("seed_*"))
    runs = seeds if seeds and not (folder / SUMMARY).is_file() else [folder]
    return runs if all((run / SUMMARY).is_file() for run in runs) else []


def check_extension(folder: Path, value: str) -> None:
    """Raise an error if the finished runs of a job cannot be trained for more passes.

    Parameters
    ----------
    folder
        Folder of the job.
    value
        Number of passes, as typed.

    Raises
    ------
    ValueError
        With the reason and what to do.
    """
    for run in finished_runs(folder):
        summary = read_json(run / SUMMARY)
        n_passes = passes_of(run)
        stopped = str(summary.get("stopped", "its sweep pruned it" if "pruned" in summary else "it is not known why"))
        if not stopped.startswith(REACHED):
            raise ValueError(
                f"resume={folder} {KEY}={value}: the training ended early ({stopped}), so more passes do not continue "
                f"it; start a new run from its encoder with encoder={run}."
            )
        if not value.isdecimal() or n_passes is None or int(value) <= n_passes:
            raise ValueError(f"resume={folder} {KEY}={value}: expected a number above {n_passes}, which are trained.")


def passes_of(run: Path) -> int | None:
    """Return the maximum number of passes of a run; None if its options lack it."""
    trainer: Any = read_plain(run / "config.yaml").get("trainer")
    found = trainer.get("max_passes") if isinstance(trainer, dict) else None
    return found if isinstance(found, int) else None
