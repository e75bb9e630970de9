"""Pairing of PSGs and hypnograms, by a table of recordings or by file names.

Conventions
-----------
Rules in order of precedence: the column ``hypnogram`` of a table of recordings; ``X-PSG.edf`` and
``X-Hypnogram.edf``; names in the style of Sleep-EDF, ``XY0-PSG.edf`` and ``XYs-Hypnogram.edf``, where Y is a capital
letter (of the technician) and s another (of the scorer). Published names, ``SC4ssN…`` and ``ST7ssN…``, are paired by
their first seven characters. An ambiguous pair raises an error.
"""

import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from eegbench.dataset.night_subjects import PUBLISHED, names_of
from eegbench.dataset.subjects_file import SubjectsFile
from eegbench.text import composed

PSG, HYPNOGRAM = "-PSG.edf", "-Hypnogram.edf"

COLUMN = "hypnogram"

_log = logging.getLogger(__name__)

_OF_PSG, _OF_SCORER = re.compile(r"(.*[A-Z])0"), re.compile(r"(.*[A-Z])[A-Z]")


def pair_files(files: Iterable[Path], table: SubjectsFile | None) -> tuple[dict[str, Path], dict[str, Path]]:
    """Return the PSGs and hypnograms among files, by an identifier of their night that a pair shares.

    Parameters
    ----------
    files
        Files; those with other names are ignored.
    table
        Table of recordings, if there is one.

    Raises
    ------
    ValueError
        If two files belong to one night, or the table names a file that does not exist.
    """
    files = list(files)
    psgs, hypnograms = _by_key(files, PSG), [path for path in files if has_ending(path, HYPNOGRAM)]
    found = _named(psgs, hypnograms, table)
    free = _by_key(_not_named(hypnograms, found), HYPNOGRAM)
    for key in psgs.keys() - found.keys():
        if key in free:
            found[key] = free.pop(key)
    by_prefix: dict[str, list[str]] = {}
    for key in free:
        by_prefix.setdefault(_prefix(_OF_SCORER, key) or "", []).append(key)
    for key in sorted(psgs.keys() - found.keys()):
        scored = by_prefix.get(_prefix(_OF_PSG, key) or "none", [])
        if len(scored) > 1:
            raise ValueError(
                f"{free[scored[1]]}: is the same night as {free[scored[0]].name}; keep one of the two in the "
                f"folder, or name it in a column {COLUMN} of a table of recordings."
            )
        if scored:
            found[key] = free.pop(scored[0])
    return psgs, found | free


def has_ending(path: Path, ending: str) -> bool:
    """Return whether a name has this ending, in lower or upper case, as some systems write it."""
    return path.name.lower().endswith(ending.lower())


def key_of(path: Path) -> str:
    """Return the identifier of a file's night."""
    stem = _stem(path)
    return stem[:7] if PUBLISHED.match(stem) else stem


def partner(path: Path, ending: str) -> str:
    """Return the name of the file that belongs to this one, with a star for characters that may differ."""
    key = key_of(path)
    if PUBLISHED.match(path.name):
        return f"{key}*{ending}"
    prefix = _prefix(_OF_PSG if has_ending(path, PSG) else _OF_SCORER, key)
    return f"{key}{ending}" if prefix is None else f"{prefix}*{ending}"


def _stem(path: Path) -> str:
    """Return the name without the ending of a PSG or hypnogram."""
    name = composed(path.name)
    return next((name[: -len(ending)] for ending in (PSG, HYPNOGRAM) if has_ending(path, ending)), name)


def _not_named(hypnograms: Iterable[Path], named: Mapping[str, Path]) -> list[Path]:
    """Return the hypnograms not used by the table, except other scorers' hypnograms of nights in the table."""
    taken, prefixes = set(named.values()), {_prefix(_OF_PSG, key) for key in named} - {None}
    rest = [path for path in hypnograms if path not in taken]
    others = {path for path in rest if key_of(path) in named or _prefix(_OF_SCORER, key_of(path)) in prefixes}
    if others:
        _log.info("Left out, as the table names others: %s.", ", ".join(sorted(path.name for path in others)))
    return [path for path in rest if path not in others]


def _prefix(pattern: re.Pattern[str], key: str) -> str | None:
    """Return the common part of names in the style of Sleep-EDF; None for other names."""
    match = pattern.fullmatch(key)
    return None if match is None else match[1]


def _by_key(files: Iterable[Path], ending: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in files:
        if has_ending(path, ending) and found.setdefault(key_of(path), path) != path:
            raise ValueError(
                f"{path}: is the same night as {found[key_of(path)].name}; keep one of the two in the folder."
            )
    return found


def _named(psgs: Mapping[str, Path], hypnograms: Iterable[Path], table: SubjectsFile | None) -> dict[str, Path]:
    """Return the hypnograms named in a table of recordings."""
    if table is None or table.key is None or not any(COLUMN in row for row in table.rows):
        return {}
    there = {name: path for path in hypnograms for name in (composed(path.name), composed(path.stem), _stem(path))}
    found: dict[str, Path] = {}
    taken: set[Path] = set()
    for key, psg in psgs.items():
        name = table.of_recording(names_of(psg, key)).get(COLUMN, "")
        if name and (name not in there or there[name] in taken):
            what = "names it for two recordings" if name in there else "there is no such file in the folder"
            raise ValueError(f"{table.path}: hypnogram {name} of {psg.name}: {what}; correct it.")
        if name:
            found[key] = there[name]
            taken.add(there[name])
    return found
