"""Finished runs named by an argument: a folder, several folders, a pattern, or a sweep."""

from collections.abc import Sequence
from pathlib import Path

from eegbench.config import typed
from eegbench.launch.override import HELP, is_multirun, value_of

CONFIG, SUMMARY = "config.yaml", "summary.json"


PRINTS = {*HELP, "--cfg", "-c", "--hydra-help"}
"""Flags that only print something."""


def asked_runs(words: Sequence[str]) -> list[Path]:
    """Return the finished runs named in the arguments of a command; empty if the command only prints something.

    Raises
    ------
    FileNotFoundError, ValueError
        If no finished run is named.
    """
    if PRINTS & set(words):
        return []
    if is_multirun(words):
        raise ValueError("explain takes several runs as run=[A,B], a pattern or a sweep's folder; leave -m out.")
    named = value_of(words, "run")
    if not named:
        raise ValueError("say which run: eegbench explain run=outputs/runs/FOLDER.")
    runs = runs_named(named)
    for run in runs:
        check_finished(run)
    return runs


def runs_named(text: str) -> list[Path]:
    """Return the folders of runs, in the order in which they are named.

    Parameters
    ----------
    text
        A folder; several as ``[A,B]``; a pattern with ``*``; or the folder of a sweep, for all of its finished runs.

    Raises
    ------
    FileNotFoundError
        If a pattern or a sweep's folder contains no run.
    """
    parts = text[1:-1].split(",") if text.startswith("[") and text.endswith("]") else [text]
    found = [run for part in parts for run in _runs(part.strip().strip("'\""))]
    return list(dict.fromkeys(found))


def _runs(text: str) -> list[Path]:
    folder = Path(text)
    if "*" in text or "?" in text:
        found = Path(folder.anchor).glob(str(folder.relative_to(folder.anchor)))
        runs = sorted(one for one in found if (one / CONFIG).is_file())
        if not runs:
            raise FileNotFoundError(f"run={text}: this pattern matches no folder of a run.")
        return runs
    if folder.is_dir() and not (folder / CONFIG).is_file():
        inner = [path.parent for path in folder.glob(f"*/{SUMMARY}") if (path.parent / CONFIG).is_file()]
        return sorted(inner, key=_number) or [folder]
    return [folder]


def _number(folder: Path) -> tuple[int, str]:
    """Return the sort key of a sweep's run: its number."""
    return (int(folder.name), "") if folder.name.isdigit() else (0, folder.name)


def check_finished(folder: Path) -> None:
    """Raise an error for a folder that does not contain a finished run.

    Raises
    ------
    FileNotFoundError
        If there is no run.
    ValueError
        If the run is not finished.
    """
    if not (folder / CONFIG).is_file():
        raise FileNotFoundError(f"run={folder}: there is no run in this folder ({folder / CONFIG} is missing).")
    if not (folder / SUMMARY).is_file():
        raise ValueError(
            f"run={folder}: this run is not finished; finish it with: eegbench train {typed('resume', folder)}"
        )
