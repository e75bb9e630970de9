"""Content of recordings: digests of their files, and lists of the recordings that a run, sweep or pool uses.

A run, a sweep and the folds of a pool can only be continued with their original recordings. A recording is identified
by its id, subject, session, run and the content of its files, regardless of their location.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from eegbench.atomic import write_json
from eegbench.config import ConfigError, read_json
from eegbench.dataset.base import BadRecordingError
from eegbench.types import Recording

BLOCK_BYTES = 1 << 16
N_BLOCKS = 8
"""Number of blocks of a file in its digest, including the first and the last; a smaller file is read completely."""

H5_ENDINGS = (".h5", ".hdf5")

RECORDINGS = "recordings.json"
"""Name of the file with the list of recordings."""

MAX_NAMED = 6


@dataclass(frozen=True)
class Content:
    """Identity of a recording, and the location of its files.

    Attributes
    ----------
    subject, session, run
        See `Recording`.
    digest
        Digest of its files, from `recording_digest`.
    signal, labels
        Paths of the files, for information; ``labels`` is empty if there is no such file.
    """

    subject: str
    session: str
    run: str
    digest: str
    signal: str
    labels: str


Contents = Mapping[str, Content]
"""Recordings by their ids."""


@dataclass(frozen=True)
class Difference:
    """Differences from an earlier list of recordings.

    Attributes
    ----------
    missing, added
        Ids of recordings that are only in the earlier list, and of those that are not in it.
    changed
        Ids of recordings in both, with a description of the difference: "other content", "subject B instead of A".
    """

    missing: tuple[str, ...]
    added: tuple[str, ...]
    changed: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.added or self.changed)

    def words(self, missing: str, added: str) -> str:
        """Describe the recordings that differ.

        Parameters
        ----------
        missing, added
            Terms for recordings that are only in the earlier or only in the present list: "missing", "added".
        """
        changed = [f"{name} ({what})" for name, what in self.changed.items()]
        parts = ((missing, self.missing), (added, self.added), ("changed", changed))
        return "; ".join(f"{what}: {named(names)}" for what, names in parts if names)


def file_digest(path: Path) -> str:
    """Return a SHA-256 digest of a file's size and of blocks at its start, its end and evenly spaced in between.

    For HDF5 it also covers the hypnogram, which may lie between the blocks. Reading a complete night would take as long
    as preprocessing it. A change that keeps the size and is outside of the blocks is not detected.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        digest = hashlib.sha256(str(size).encode())
        for start in _starts(size):
            file.seek(start)
            digest.update(file.read(BLOCK_BYTES))
    digest.update(_hypnogram_inside(path))
    return digest.hexdigest()


def _hypnogram_inside(path: Path) -> bytes:
    """Return the stages in an HDF5 file; empty for other files and unreadable stages."""
    if path.suffix.lower() not in H5_ENDINGS:
        return b""
    from eegbench.dataset.h5_hypnogram import stages_in_file  # here, as it loads MNE and h5py

    try:
        found = stages_in_file(path)
    except BadRecordingError:  # reported when the recording is read
        return b""
    return b"" if found is None else found.tobytes()


def _starts(size: int) -> Sequence[int]:
    """Return the positions at which the blocks of a file begin."""
    if size <= N_BLOCKS * BLOCK_BYTES:
        return range(0, size, BLOCK_BYTES)
    return [number * (size - BLOCK_BYTES) // (N_BLOCKS - 1) for number in range(N_BLOCKS)]


def recording_digest(files: Sequence[Path]) -> str:
    """Return a digest of the files of a recording: signal, labels, and other files that affect the data.

    Raises
    ------
    OSError
        If a file cannot be read.
    """
    return hashlib.sha256("\n".join(file_digest(path) for path in files).encode()).hexdigest()


def describe(recording: Recording, digest: str) -> Content:
    """Return the content of a recording, given its digest."""
    return Content(
        subject=recording.subject,
        session=recording.session,
        run=recording.run,
        digest=digest,
        signal=str(recording.signal.absolute()),
        labels=str(recording.labels.absolute()) if recording.labels else "",
    )


def contents_digest(contents: Contents) -> str:
    """Return a digest of all recordings: ids, subjects, sessions, runs and files, regardless of their location."""
    rows = sorted((name, one.subject, one.session, one.run, one.digest) for name, one in contents.items())
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def write_contents(path: Path, contents: Contents) -> None:
    """Write the recordings as JSON."""
    write_json(path, {name: asdict(one) for name, one in contents.items()})


def read_contents(path: Path) -> Contents:
    """Read a file written by `write_contents`.

    Raises
    ------
    ConfigError
        If the file is damaged.
    """
    names = {field.name for field in fields(Content)}
    found: dict[str, Content] = {}
    for recording, facts in read_json(path).items():
        is_whole = isinstance(facts, dict) and facts.keys() == names
        if not is_whole or not all(isinstance(value, str) for value in facts.values()):
            raise ConfigError(f"{path}: the recording {recording!r} is not described as eegbench describes it.")
        found[recording] = Content(**facts)
    return found


def difference(before: Contents, now: Contents) -> Difference:
    """Compare recordings with an earlier list."""
    both = [(name, before[name], now[name]) for name in sorted(before.keys() & now.keys())]
    return Difference(
        missing=tuple(sorted(before.keys() - now.keys())),
        added=tuple(sorted(now.keys() - before.keys())),
        changed={name: what for name, earlier, later in both if (what := _changed(earlier, later))},
    )


def named(names: Sequence[str]) -> str:
    """Join names, and abbreviate long lists."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def _changed(before: Content, now: Content) -> str:
    who = [
        f"{what} {getattr(now, what)} instead of {getattr(before, what)}"
        for what in ("subject", "session", "run")
        if getattr(before, what) != getattr(now, what)
    ]
    return ", ".join(who if before.digest == now.digest else ["other content", *who])
