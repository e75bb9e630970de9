"""Stages of scorers and models, read from folders of JSON files and aligned for each night.

A folder of scorers has a folder for each scorer, with a file ``RECORD.json`` for each night: a list of stages, one per
30 s (0 W, 1 N1, 2 N2, 3 N3, 4 R, -1 none). Predictions have the same layout, with a folder for each model.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from eegbench.config import parse_json
from eegbench.dataset.content import named
from eegbench.dataset.lights_table import read_lights_rows
from eegbench.score.consensus import STAGES, UNSCORED
from eegbench.score.render import plural

Lights = Mapping[str, tuple[int, int | None]]
Stages = Int[np.ndarray, "n_epochs"]

MIN_SCORERS = 3
MAX_NAMED = 3


@dataclass(frozen=True)
class Night:
    """Stages of every scorer, from the first epoch staged by all scorers to the last.

    Attributes
    ----------
    record
        Name of the file without its suffix.
    stages
        (n_scorers, n_epochs), in the order of the scorers.
    start, stop, length
        First and last epoch that are kept, and the number of epochs in the files.
    """

    record: str
    stages: Int[np.ndarray, "n_scorers n_epochs"]
    start: int
    stop: int
    length: int

    def aligned(self, stages: Stages, path: Path) -> Int[np.ndarray, "n_kept"]:
        """Return a model's stages of the kept epochs, from a list of all epochs or of the kept ones.

        Raises
        ------
        ValueError
            If the list has another length.
        """
        if len(stages) == self.length:
            return stages[self.start : self.stop]
        if len(stages) == self.stop - self.start:
            return stages
        raise ValueError(
            f"{path}: has {len(stages)} epochs; the scorers' lists have {self.length}, of which "
            f"{self.stop - self.start} are between lights off and on and staged by all: stage the same recording, or "
            "give the times of lights off and on with --lights FILE."
        )


def read_nights(folder: Path, lights: Lights) -> tuple[tuple[str, ...], list[Night]]:
    """Return the scorers' names, and every night.

    Parameters
    ----------
    folder
        Folder with a folder for each scorer.
    lights
        Lights off and on of some records, in epochs.

    Raises
    ------
    FileNotFoundError, ValueError
        If there are too few scorers, they staged other records or another number of epochs, or a file is not a
        list of stages.
    """
    found = _folders(folder)
    if len(found) < MIN_SCORERS:
        raise ValueError(
            f"{folder}: {plural(len(found), 'folder')} with JSON files, and {MIN_SCORERS} scorers are needed: a folder "
            "per scorer, with a file RECORD.json per night."
        )
    names = tuple(found)
    records = found[names[0]]
    for name in names[1:]:
        differing = sorted(set(records) ^ set(found[name]))
        if differing:
            raise ValueError(
                f"{folder}: {names[0]} and {name} staged other records: {_some(differing)} only one of them; each "
                "scorer needs a file for every record."
            )
    return names, [_night(record, [found[name][record] for name in names], lights) for record in sorted(records)]


def read_predictions(folder: Path, nights: Sequence[Night]) -> dict[str, dict[str, Stages]]:
    """Return a model's stages by record, for each model; a model need not have staged every night.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no model, if a record is not among the nights, or if the number of epochs is wrong.
    """
    found = _folders(folder)
    if not found:
        raise FileNotFoundError(
            f"{folder}: no folder with JSON files; expected one folder per model, with a file RECORD.json per night."
        )
    known = {night.record: night for night in nights}
    for name, files in found.items():
        if unknown := sorted(set(files) - set(known)):
            raise ValueError(f"{folder / name}: {_some(unknown)} not among the records that the scorers staged.")
    return {
        name: {record: known[record].aligned(_stages(path), path) for record, path in files.items()}
        for name, files in found.items()
    }


def read_lights(path: Path) -> Lights:
    """Return lights off and on by record, from a table with the columns ``record, lights_off, lights_on`` in epochs.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no such table, names a record twice, a cell is not a number of epochs, or lights go on before
        they go off.
    """
    lights: dict[str, tuple[int, int | None]] = {}
    for row in read_lights_rows(path, "record"):
        if wrong := [one for one in (row.off, row.on) if one is not None and not re.fullmatch(r"\d+", one)]:
            raise ValueError(
                f"--lights {path}, line {row.line}: {wrong[0]!r}: whole numbers of epochs are expected, or nothing."
            )
        off, on = int(row.off or 0), None if row.on is None else int(row.on)
        if on is not None and on <= off:
            raise ValueError(f"--lights {path}, line {row.line}: lights on at epoch {on} is not after off at {off}.")
        lights[row.name] = off, on
    return lights


def check_lights(lights: Lights, nights: Sequence[Night]) -> None:
    """Raise an error for lights of records that the scorers did not stage.

    Raises
    ------
    ValueError
        If there are any; the message lists them.
    """
    known = sorted(night.record for night in nights)
    if strange := [name for name in lights if name not in known]:
        raise ValueError(f"--lights: {named(strange)}: no such record; there are {named(known)}.")


def about_lights(lights: Lights, nights: Sequence[Night]) -> list[str]:
    """Return a line per night with lights, in epochs; lights on after its end have no effect."""
    found = []
    for night in nights:
        off, on = lights.get(night.record, (None, None))
        if off is None:
            continue
        text = f"{night.record}: lights off at epoch {off}" + ("" if on is None else f", on at epoch {on}")
        if on is not None and on > night.length:
            text += f", which is after its end: its lists have {night.length} epochs, so it is kept up to there"
        found.append(text)
    return found


def _night(record: str, paths: Sequence[Path], lights: Lights) -> Night:
    lists = [_stages(path) for path in paths]
    lengths = {len(one) for one in lists}
    if len(lengths) > 1:
        which = ", ".join(f"{path.parent.name} {len(one)}" for path, one in zip(paths, lists, strict=True))
        raise ValueError(f"{record}: scorers gave different numbers of epochs ({which}); stage one recording.")
    stages = np.stack(lists)
    scored = [np.flatnonzero(one != UNSCORED) for one in stages]
    if empty := [path.parent.name for path, one in zip(paths, scored, strict=True) if not len(one)]:
        raise ValueError(f"{record}: {', '.join(empty)} staged no epoch; take the record out of every folder.")
    off, on = lights.get(record, (0, None))
    start = max(off, *(one[0] for one in scored))
    stop = min(on or stages.shape[1], *(one[-1] + 1 for one in scored))
    if start >= stop:
        raise ValueError(f"{record}: no epoch between lights off and on is staged by all scorers.")
    return Night(record, stages[:, start:stop], int(start), int(stop), stages.shape[1])


def _stages(path: Path) -> Stages:
    try:
        stages = parse_json(path.read_text(encoding="utf-8"))
    except ValueError as error:  # of JSON, and of the encoding
        raise ValueError(f"{path}: this is not a JSON file ({error}).") from error
    if not isinstance(stages, list) or not stages:
        raise ValueError(f"{path}: expected a list of stages, one every 30 s.")
    known = range(UNSCORED, len(STAGES))
    for i, one in enumerate(stages):
        if isinstance(one, bool) or not isinstance(one, int | float) or one not in known:
            raise ValueError(
                f"{path}: epoch {i} is {one!r}; expected 0 (W), 1 (N1), 2 (N2), 3 (N3), 4 (R) or -1 (none)."
            )
    return np.array(stages, dtype=np.int64)


def _folders(folder: Path) -> dict[str, dict[str, Path]]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder.")
    found = {one.name: {path.stem: path for path in sorted(one.glob("*.json"))} for one in folder.iterdir()}
    return {name: found[name] for name in sorted(found, key=_natural) if found[name]}


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(names[:MAX_NAMED])}{more} {'is' if len(names) == 1 else 'are'}"
