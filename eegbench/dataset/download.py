"""Download of files, with checksums that detect later changes."""

import hashlib
import json
import shutil
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from eegbench.atomic import atomic_path
from eegbench.config import parse_json
from eegbench.progress import bar

RECORD = "checksums.json"
"""Name of a file next to the downloads with the SHA-256 of each file at its first download."""

TIMEOUT_S = 60


def download(names: Sequence[str], *, addresses: Sequence[str], folder: Path, check: Callable[[Path], object]) -> None:
    """Download missing files into a folder, and compare all files with the checksums of the first download.

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

    Raises
    ------
    FileNotFoundError
        If a file cannot be downloaded from any address.
    ValueError
        If a file differs from its first download, or ``check`` raises an error.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = _recorded(folder)
    missing = [name for name in names if not (folder / name).is_file()]
    with bar("downloading", len(missing)) as advance:
        for name in missing:
            known = _record(folder, name, _fetch(_urls(addresses, name), folder / name, known.get(name), check))
            advance(name)
    for name in set(names) - set(missing):
        found = _digest(folder / name)
        if name not in known:  # added by hand; record its checksum
            known = _record(folder, name, found)
        _compare(folder / name, known[name], found)


def _urls(addresses: Sequence[str], name: str) -> list[str]:
    return [one.replace("{name}", name) if "{name}" in one else f"{one.rstrip('/')}/{name}" for one in addresses]


def _fetch(urls: Sequence[str], path: Path, expected: str | None, check: Callable[[Path], object]) -> str:
    """Download a file from the first address that has it, and return its digest."""
    failed: dict[str, Exception] = {}
    for url in urls:
        try:
            return _fetch_from(url, path, expected, check)
        except (OSError, ValueError) as error:
            failed[url] = error
    for first in failed.values():
        if len(failed) == 1 and isinstance(first, ValueError):
            raise first
    told = "; ".join(f"{url} could not be fetched ({error})" for url, error in failed.items())
    raise FileNotFoundError(
        f"{told or 'dataset.addresses=[]: there is no address'}; try again with a network, or download the folder "
        "yourself and set dataset.root=FOLDER."
    )


def _fetch_from(url: str, path: Path, expected: str | None, check: Callable[[Path], object]) -> str:
    with atomic_path(path) as aside:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as source, aside.open("wb") as target:
            shutil.copyfileobj(source, target)
        check(aside)
        digest = _digest(aside)
        _compare(path, expected or digest, digest)
    return digest


def _compare(path: Path, expected: str, found: str) -> None:
    if found != expected:
        raise ValueError(
            f"{path}: has the SHA-256 {found[:12]}…, and {expected[:12]}… was fetched first ({RECORD} next to it); "
            "delete the file to fetch it again, or its entry there if the change is meant."
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
