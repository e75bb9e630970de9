"""Download of files, with checksums that detect later changes."""

import hashlib
import json
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from eegbench.atomic import atomic_path
from eegbench.config import parse_json
from eegbench.dataset.resumable import TIMEOUT_S, fetch
from eegbench.store.claim import claimed

RECORD = "checksums.json"
"""Name of a file next to the downloads with the SHA-256 of each file at its first download."""

DIGITS = 64
"""Length of a SHA-256 in hexadecimal."""


def download(
    names: Sequence[str],
    *,
    addresses: Sequence[str],
    folder: Path,
    check: Callable[[Path], object],
    sums: str | None = None,
) -> None:
    """Download missing files into a folder, and compare all files with their checksums.

    The checksums are the published ones, or else those of the first download. A repeated call continues a download
    that was interrupted.

    Parameters
    ----------
    names
        Names of files at each address and in ``folder``.
    addresses
        Addresses, tried in order, with ``{name}`` in place of a file's name, which is otherwise appended.
    folder
        Folder of the files; created if missing.
    check
        Function that raises ValueError if a downloaded file is invalid (such as a web page), which is then deleted.
    sums
        Name of a file with the SHA-256 of each file at the same addresses, as ``sha256sum`` writes it; None if none is
        published.

    Raises
    ------
    FileNotFoundError
        If a file cannot be downloaded from any address.
    ValueError
        If a file differs from its checksum, or ``check`` raises an error.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in names if not (folder / name).is_file()]
    published = _published(addresses, sums) if missing and sums else {}
    for n, name in enumerate(missing, 1):
        description = f"downloading {name} ({n} of {len(missing)})"
        with claimed(folder / name, wait=True):
            if not (folder / name).is_file():  # another process may have downloaded it in the meantime
                expected = _recorded(folder).get(name, published.get(name))
                _record(folder, name, _fetch(_urls(addresses, name), folder / name, expected, check, description))
    known = _recorded(folder)
    for name in set(names) - set(missing):
        found = _digest(folder / name)
        if name not in known:  # added by hand; record its checksum
            known = _record(folder, name, found)
        _compare(folder / name, known[name], found)


def _urls(addresses: Sequence[str], name: str) -> list[str]:
    return [one.replace("{name}", name) if "{name}" in one else f"{one.rstrip('/')}/{name}" for one in addresses]


def _published(addresses: Sequence[str], sums: str) -> Mapping[str, str]:
    """Return the published checksums by name; nothing if no address has them, as the files will fail then, too."""
    for url in _urls(addresses, sums):
        with suppress(OSError), urllib.request.urlopen(url, timeout=TIMEOUT_S) as source:
            lines = source.read().decode("utf-8", "replace").splitlines()
            pairs = [line.split(maxsplit=1) for line in lines if len(line.split(maxsplit=1)) == 2]
            return {name.lstrip("*"): digest for digest, name in pairs if len(digest) == DIGITS}
    return {}


def _fetch(
    urls: Sequence[str], path: Path, expected: str | None, check: Callable[[Path], object], description: str
) -> str:
    """Download a file from the first address that has it, and return its digest."""

    def checked(part: Path) -> None:
        check(part)
        digest = _digest(part)
        _compare(path, expected or digest, digest)

    failed: dict[str, Exception] = {}
    for url in urls:
        try:
            fetch(url, path, check=checked, description=description)
            return _digest(path)
        except (OSError, ValueError) as error:
            failed[url] = error
    for first in failed.values():
        if len(failed) == 1 and isinstance(first, ValueError):
            raise first
    told = "; ".join(f"{url} could not be fetched ({error})" for url, error in failed.items())
    raise FileNotFoundError(
        f"{told or 'dataset.addresses=[]: there is no address'}; repeat the command with a network (files and parts "
        f"that were downloaded stay in {path.parent}), or download the files yourself and set dataset.root=FOLDER."
    )


def _compare(path: Path, expected: str, found: str) -> None:
    if found != expected:
        raise ValueError(
            f"{path}: has the SHA-256 {found[:12]}…, and {expected[:12]}… was published or fetched first ({RECORD} "
            "next to it); delete the file to fetch it again, or its entry there if the change is meant."
        )


def _record(folder: Path, name: str, digest: str) -> Mapping[str, str]:
    known = {**_recorded(folder), name: digest}
    with atomic_path(folder / RECORD) as aside:
        aside.write_text(json.dumps(known, indent=1, sort_keys=True), encoding="utf-8")
    return known


def _recorded(folder: Path) -> Mapping[str, str]:
    path = folder / RECORD
    known: dict[str, str] = parse_json(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return known


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
