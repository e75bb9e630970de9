"""Which process builds a shard: the one that holds its claim, a file next to it that no other process can create.

The file is one of filelock's leases. Its creation is exclusive on network file systems too, where a lock of the kernel
may hold on one machine only. The holder renews it from a thread. A claim whose process has ended is taken over: at once
if that process ran on this machine, and after `LEASE_S` without renewal if it ran on another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import SoftFileLease, Timeout

LEASE_S = 120.0
"""All processes on a store must agree: a lease with another duration is refused by filelock."""

RENEWAL_S = 20.0

POLL_S = 0.5
"""Between two looks at a claim that another process holds."""

UNWRITTEN_S = 5.0
"""Seconds after which a claim that is still empty is removed: who made it was killed before it could say who it is."""

ENDING = ".lock"


def claim_file(shard: Path) -> Path:
    """Return the file whose existence claims a shard."""
    return shard.with_name(f".{shard.name}{ENDING}")


@contextmanager
def claimed(shard: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the claim of a shard.

    Parameters
    ----------
    shard
        The folder that the shard has, or will have.
    wait
        Whether to wait for another process that holds the claim.

    Yields
    ------
    bool
        Whether this process holds the claim; always true with `wait`.
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
    """Acquire the lease, and return whether it could be.

    filelock leaves an empty claim to its maker for ever.
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
    """Return which file it is, where it is empty."""
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_ctime_ns) if found.st_size == 0 else None
