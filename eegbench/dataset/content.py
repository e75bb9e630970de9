"""What recordings hold: the digest of their files, and the list of recordings that something is made of.

A run, a sweep and the folds of a pool go on only from the recordings that they began with. A recording is known by
its id, its subject, session and run, and the content of its files; where the files lie does not count.
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
"""Blocks of a file that its digest covers, the first and the last among them: a smaller file is read whole."""

H5_ENDINGS = (".h5", ".hdf5")

RECORDINGS = "recordings.json"
"""The file that lists the recordings, in the folder of what is made of them."""

MAX_NAMED = 6


@dataclass(frozen=True)
class Content:
    """What identifies a recording, and where it was read.

    Attributes
    ----------
    subject, session, run
        As in `Recording`.
    digest
        Of its files, by `recording_digest`.
    signal, labels
        Paths of the files, to be read by people; ``labels`` is empty where there is none.
    """

    subject: str
    session: str
    run: str
    digest: str
    signal: str
    labels: str


Contents = Mapping[str, Content]
"""The recordings that something is made of, by their ids."""


@dataclass(frozen=True)
class Difference:
    """How the recordings differ from those of before.

    Attributes
    ----------
    missing, added
        Ids of recordings that were there and are not now, and of those that were not.
    changed
        Ids of recordings in both, with what differs: "other content", "subject B instead of A".
    """

    missing: tuple[str, ...]
    added: tuple[str, ...]
    changed: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.added or self.changed)

    def words(self, missing: str, added: str) -> str:
        """Name the recordings that differ.

        Parameters
        ----------
        missing, added
            What to call recordings of before alone and of now alone: "missing", "only in the second".
        """
        changed = [f"{name} ({what})" for name, what in self.changed.items()]
        parts = ((missing, self.missing), (added, self.added), ("changed", changed))
        return "; ".join(f"{what}: {named(names)}" for what, names in parts if names)


def file_digest(path: Path) -> str:
    """Return a SHA-256 digest of a file's size and of blocks at its start, at its end and evenly in between.

    Of HDF5 it covers the hypnogram, too, which may lie between the blocks.
    Reading a night whole would take as long as preprocessing it. A change that leaves the size as it is and touches
    none of the blocks is not seen.

    Raises
    ------
    OSError
        Where the file cannot be read.
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
    """Return the stages of a file of HDF5; nothing of other files, and where they cannot be read."""
    if path.suffix.lower() not in H5_ENDINGS:
        return b""
    from eegbench.dataset.h5_hypnogram import stages_in_file  # loads MNE and h5py, for those who have such files

    try:
        found = stages_in_file(path)
    except BadRecordingError:  # who reads the recording is told of it
        return b""
    return b"" if found is None else found.tobytes()


def _starts(size: int) -> Sequence[int]:
    """Return where the blocks of a file begin."""
    if size <= N_BLOCKS * BLOCK_BYTES:
        return range(0, size, BLOCK_BYTES)
    return [number * (size - BLOCK_BYTES) // (N_BLOCKS - 1) for number in range(N_BLOCKS)]


def recording_digest(files: Sequence[Path]) -> str:
    """Return a digest of the files of a recording: signal, labels, and what else decides what is read.

    Raises
    ------
    OSError
        Where one cannot be read.
    """
    return hashlib.sha256("\n".join(file_digest(path) for path in files).encode()).hexdigest()


def describe(recording: Recording, digest: str) -> Content:
    """Return the content of a recording, whose digest is known."""
    return Content(
        subject=recording.subject,
        session=recording.session,
        run=recording.run,
        digest=digest,
        signal=str(recording.signal.absolute()),
        labels=str(recording.labels.absolute()) if recording.labels else "",
    )


def contents_digest(contents: Contents) -> str:
    """Return a digest of all recordings: ids, subjects, sessions, runs and files, wherever these lie."""
    rows = sorted((name, one.subject, one.session, one.run, one.digest) for name, one in contents.items())
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def write_contents(path: Path, contents: Contents) -> None:
    """Write the recordings as JSON."""
    write_json(path, {name: asdict(one) for name, one in contents.items()})


def read_contents(path: Path) -> Contents:
    """Read the recordings that `write_contents` wrote.

    Raises
    ------
    ConfigError
        Where the file is damaged.
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
    """Compare recordings with those of before."""
    both = [(name, before[name], now[name]) for name in sorted(before.keys() & now.keys())]
    return Difference(
        missing=tuple(sorted(before.keys() - now.keys())),
        added=tuple(sorted(now.keys() - before.keys())),
        changed={name: what for name, earlier, later in both if (what := _changed(earlier, later))},
    )


def named(names: Sequence[str]) -> str:
    """List names, the first few of many."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def _changed(before: Content, now: Content) -> str:
    who = [
        f"{what} {getattr(now, what)} instead of {getattr(before, what)}"
        for what in ("subject", "session", "run")
        if getattr(before, what) != getattr(now, what)
    ]
    return ", ".join(who if before.digest == now.digest else ["other content", *who])
