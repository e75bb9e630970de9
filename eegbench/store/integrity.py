"""Checksums of a shard's files, and the comparison of a shard with them when it is opened.

The checksums are stored in the shard. Files are read in full once: a record in the shard tells the size, times and
inode of each file that was compared, and a file is compared again only if one of these differs.
"""

import contextlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eegbench.atomic import atomic_path, to_disk
from eegbench.config import parse_json

CHECKSUMS, COMPARED, HEADER = "checksums.json", "compared.json", "header.json"
"""Checksums of all other files, the record of files that were compared with them, and the header of the shard."""

BLOCK_BYTES = 2**20
"""Size of the blocks that have a checksum each."""


@dataclass(frozen=True)
class Checksums:
    """Size in bytes of a file, and the CRC-32 of each of its blocks."""

    n_bytes: int
    crc32: tuple[int, ...]


def seal(folder: Path) -> None:
    """Write the checksums of a complete shard, and flush all its files to disk."""
    files = sorted(path for path in folder.iterdir() if path.name not in (CHECKSUMS, COMPARED))
    sums = {path.name: {"n_bytes": path.stat().st_size, "crc32": _blocks(path)} for path in files}
    (folder / CHECKSUMS).write_text(json.dumps(sums), encoding="utf-8")
    (folder / COMPARED).write_text(json.dumps(_states(folder, list(sums))), encoding="utf-8")
    for path in folder.iterdir():
        to_disk(path)
    to_disk(folder)


def damage(folder: Path) -> str:
    """Compare a shard with its checksums.

    Returns
    -------
    str
        The first file that is wrong, and in what; empty if all are right.
    """
    return quick_damage(folder) or full_damage(folder)


def quick_damage(folder: Path) -> str:
    """Compare the sizes of all files with those when they were written, and the content of the header.

    Returns
    -------
    str
        As in `damage`.
    """
    try:
        known = _checksums(folder)
        for name, sums in known.items():
            if (found := (folder / name).stat().st_size) != sums.n_bytes:
                return f"{name} has {found:,} bytes instead of {sums.n_bytes:,}"
        return _differing(folder / HEADER, known[HEADER].crc32)
    except FileNotFoundError as error:
        earlier = ", as in shards of earlier versions" if Path(error.filename).name == CHECKSUMS else ""
        return f"{Path(error.filename).name} is missing{earlier}"
    except OSError as error:
        return _unreadable(error, folder)
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{CHECKSUMS} cannot be read"


def full_damage(folder: Path) -> str:
    """Compare each block of the files that have changed since they were last compared; see `quick_damage` first.

    Returns
    -------
    str
        As in `damage`.
    """
    try:
        known = _checksums(folder)
        states = _states(folder, list(known))
        changed = _not_compared(folder, states)
        wrong = next(filter(None, (_differing(folder / name, known[name].crc32) for name in changed)), "")
    except OSError as error:
        return _unreadable(error, folder)
    if wrong:
        return wrong
    if changed:
        with contextlib.suppress(OSError), atomic_path(folder / COMPARED) as aside:  # the store may be read-only
            aside.write_text(json.dumps(states), encoding="utf-8")
    return ""


def is_compared(folder: Path) -> bool:
    """Return whether `full_damage` has nothing to read, for a shard without `quick_damage`."""
    try:
        return not _not_compared(folder, _states(folder, list(_checksums(folder))))
    except OSError:  # removed in the meantime
        return False


def _unreadable(error: OSError, folder: Path) -> str:
    """Return the name of the file that cannot be read, and the reason."""
    return f"{Path(error.filename or folder).name} cannot be read ({error.strerror})"


def _not_compared(folder: Path, states: Mapping[str, Sequence[int]]) -> list[str]:
    """Return the files whose state is not the one in the record."""
    try:
        record = parse_json((folder / COMPARED).read_bytes())
        return [name for name, state in states.items() if record.get(name) != state]
    except (OSError, ValueError, AttributeError):  # missing or damaged
        return list(states)


def _states(folder: Path, names: Sequence[str]) -> dict[str, list[int]]:
    """Return size, time of modification, time of change (Windows: of creation) and inode of files."""
    found = {name: (folder / name).stat() for name in names}
    return {name: [one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_ino] for name, one in found.items()}


def _checksums(folder: Path) -> dict[str, Checksums]:
    stored = parse_json((folder / CHECKSUMS).read_bytes())
    return {name: Checksums(int(one["n_bytes"]), tuple(one["crc32"])) for name, one in stored.items()}


def _differing(path: Path, known: Sequence[int]) -> str:
    """Return the first block of a file that differs from its checksum, in words; empty if there is none."""
    found = _blocks(path)
    if found == list(known):
        return ""
    n = next((i for i, (one, other) in enumerate(zip(found, known, strict=False)) if one != other), len(known) - 1)
    first, last = n * BLOCK_BYTES, min((n + 1) * BLOCK_BYTES, path.stat().st_size)
    return f"bytes {first:,} to {last:,} of {path.name} differ from their checksum"


def _blocks(path: Path) -> list[int]:
    """Return the CRC-32 of each block of a file."""
    sums = []
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            sums.append(zlib.crc32(block))
    return sums
