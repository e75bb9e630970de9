"""Claims on shards: the process that holds a shard's claim file builds the shard.

The file is a lease of filelock. Its creation is exclusive on network file systems too, where a kernel lock may
be valid on one machine only. The holder renews it from a thread. The claim of a process that has ended is taken over:
at once if it ran on this machine, and after `LEASE_S` without renewal if it ran on another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import SoftFileLease, Timeout

LEASE_S = 120.0
"""Duration of a lease in seconds, equal in all processes: filelock refuses a lease of another duration."""

RENEWAL_S = 20.0

POLL_S = 0.5
"""Seconds between two attempts to acquire a claim that another process holds."""

UNWRITTEN_S = 5.0
"""Seconds after which an empty claim is removed: the process that created it was killed before writing its name."""

ENDING = ".lock"


def claim_file(shard: Path) -> Path:
    """Return the path of the file that claims a shard."""
    return shard.with_name(f".{shard.name}{ENDING}")


@contextmanager
def claimed(shard: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the claim of a shard.

    Parameters
    ----------
    shard
        Folder of the shard, existing or not.
    wait
        Whether to wait for another process that holds the claim.

    Yields
    ------
    bool
        Whether this process holds the claim; always true with ``wait=True``.
    """
    lease = SoftFileLease(claim_file(shard), lease_duration=LEASE_S, heartbeat_interval=RENEWAL_S)
    if not _acquired(lease, claim_file(shard), wait=wait):
        yield False
        return
    try:
        yield True
    finally:
        lease.release()


def _acquired(lease: SoftFileLease, file: Path, *, wait: bool) -> bool:
    """Acquire the lease, and return whether this succeeded.

    filelock never removes an empty claim, so this function does.
    """
    seen = None
    while True:
        try:
            lease.acquire(timeout=UNWRITTEN_S if wait else 0, poll_interval=POLL_S)
        except Timeout:
            if not wait:
                return False
            unwritten = _unwritten(file)
            if unwritten is not None and unwritten == seen:
                file.unlink(missing_ok=True)
            seen = unwritten
        else:
            return True


def _unwritten(file: Path) -> tuple[int, int] | None:
    """Return the file's inode and time of change if it is empty, else None."""
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_ctime_ns) if found.st_size == 0 else None
