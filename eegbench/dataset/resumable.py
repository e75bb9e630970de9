"""Download of one file, which continues where an earlier attempt stopped."""

import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from eegbench.atomic import to_disk
from eegbench.progress import byte_bar

TIMEOUT_S = 60

BLOCK_BYTES = 2**18

PART = ".part-"
"""Beginning of the name of an incomplete download; readers of recordings ignore hidden files."""


def part_file(path: Path) -> Path:
    """Return the path of an incomplete download."""
    return path.with_name(f"{PART}{path.name}")


def fetch(url: str, path: Path, *, check: Callable[[Path], object], description: str) -> None:
    """Download a file; the path does not exist until the file is complete and was checked.

    Parameters
    ----------
    url
        Address.
    path
        Target; the incomplete file is `part_file` next to it, and stays if the connection ends.
    check
        Function that raises ValueError if the downloaded file is invalid, which is then deleted.
    description
        Text in front of the progress bar.

    Raises
    ------
    OSError
        If the server does not answer, or the connection ends early.
    ValueError
        If ``check`` raises it.
    """
    part = part_file(path)
    _receive(url, part, description)
    try:
        check(part)
    except ValueError:
        part.unlink()
        raise
    to_disk(part)
    part.replace(path)
    to_disk(path.parent)


def _receive(url: str, part: Path, description: str) -> None:
    """Append the missing bytes to an incomplete file; a server that cannot continue sends all bytes again."""
    there = part.stat().st_size if part.is_file() else 0
    try:
        source = _opened(url, there)
    except urllib.error.HTTPError as error:
        if not there or error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        part.unlink()  # it has all bytes, or more than the file on the server
        there, source = 0, _opened(url, 0)
    with source:
        start = there if getattr(source, "status", None) == HTTPStatus.PARTIAL_CONTENT else 0
        length = source.headers.get("Content-Length")
        total = None if length is None else start + int(length)
        with part.open("ab" if start else "wb") as target, byte_bar(description, total) as advance:
            advance(start)
            while block := source.read(BLOCK_BYTES):
                target.write(block)
                advance(len(block))
    if total is not None and (found := part.stat().st_size) != total:
        raise OSError(f"the connection ended after {found:,} of {total:,} bytes, which are kept")


def _opened(url: str, start: int) -> Any:
    headers = {"Range": f"bytes={start}-"} if start else {}
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT_S)
