"""Finished runs named by an argument: a folder, several folders, a pattern, or a sweep."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from eegbench.config import typed
from eegbench.launch.override import HELP, is_multirun, value_of

CONFIG, SUMMARY = "config.yaml", "summary.json"


PRINTS = {*HELP, "--cfg", "-c", "--hydra-help"}
"""Flags that only print something."""


def asked_runs(words: Sequence[str]) -> dict[Path, bool]:
    """Return the finished runs named in the arguments of a command; empty if the command only prints something.

    Unfinished runs that a pattern or a sweep contains are left out, and named on standard error.

    Returns
    -------
    runs
        Folders in the order in which they are named, each with whether its own folder was named.

    Raises
    ------
    FileNotFoundError, ValueError
        If no finished run is named, a run is named twice, or a folder that is named contains no finished run.
    """
    if PRINTS & set(words):
        return {}
    if is_multirun(words):
        raise ValueError("explain takes several runs as run=[A,B], a pattern or a sweep's folder; leave -m out.")
    named = value_of(words, "run")
    if not named:
        raise ValueError("say which run: eegbench explain run=outputs/runs/FOLDER.")
    return _finished(runs_named(named), named)


def runs_named(text: str) -> dict[Path, bool]:
    """Return the folders of runs, in the order in which they are named, each with whether its own folder was named.

    Parameters
    ----------
    text
        A folder; several as ``[A,B]``; a pattern with ``*``; or the folder of a sweep, for all of its runs.

    Raises
    ------
    FileNotFoundError
        If a pattern contains no run.
    ValueError
        If no run is named, or a folder is named twice.
    """
    parts = text[1:-1].split(",") if text.startswith("[") and text.endswith("]") else [text]
    names = [name for part in parts if (name := part.strip().strip("'\""))]
    if not names:
        raise ValueError(f"run={text}: expected at least one run; write run=outputs/runs/FOLDER, or run=[A,B].")
    places = [Path(name).resolve() for name in names]
    for number, place in enumerate(places):
        if place in places[:number]:
            raise ValueError(f"run={text}: {names[number]} is named twice; name each run once.")
    found: dict[Path, tuple[Path, bool]] = {}
    for name in names:
        for run, is_named in _runs(name):
            _, before = found.get(run.resolve(), (run, False))
            found[run.resolve()] = (run, is_named or before)
    return dict(found.values())


def _runs(text: str) -> list[tuple[Path, bool]]:
    """Return the runs of a folder, a pattern or a sweep, each with whether the text is its own folder."""
    folder = Path(text)
    if "*" in text or "?" in text:
        found = Path(folder.anchor).glob(str(folder.relative_to(folder.anchor)))
        runs = sorted(one for one in found if (one / CONFIG).is_file())
        if not runs:
            raise FileNotFoundError(f"run={text}: this pattern matches no folder of a run.")
        return [(run, False) for run in runs]
    if folder.is_dir() and not (folder / CONFIG).is_file():
        inner = sorted((path.parent for path in folder.glob(f"*/{CONFIG}")), key=_number)
        return [(run, False) for run in inner] or [(folder, True)]
    return [(folder, True)]


def _finished(runs: Mapping[Path, bool], named: str) -> dict[Path, bool]:
    """Return the finished runs; those of a pattern or a sweep that are not finished are named on standard error."""
    for run in (run for run, is_named in runs.items() if is_named):
        check_finished(run)
    unfinished = [run for run in runs if not (run / SUMMARY).is_file()]
    if not unfinished:
        return dict(runs)
    names = ", ".join(map(str, unfinished))
    if len(unfinished) == len(runs):
        raise ValueError(
            f"run={named}: no run is finished there ({names}); finish one with: eegbench train "
            f"{typed('resume', unfinished[0])}"
        )
    print(
        f"eegbench: warning: {len(unfinished)} of {len(runs)} runs not finished, and left out: {names}",
        file=sys.stderr,
    )
    return {run: is_named for run, is_named in runs.items() if run not in unfinished}


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
