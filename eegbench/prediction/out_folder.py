"""Output folder of predictions, with a list of files written earlier, which may be replaced or removed.

Conventions
-----------
`LIST` contains the path of each written file below the folder, with its SHA-256, or null while it is being written.
Names that differ only in case count as one, because they are one file on the disks of macOS and Windows.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from pathlib import Path

from eegbench.atomic import write_json
from eegbench.config import ConfigError, read_json

LIST = "written_files.json"

SUMMARY = "predictions.csv"
"""Table of all recordings, written last."""


class OutFolder:
    """Output folder of predictions.

    Parameters
    ----------
    path
        The folder; it may not exist yet.
    planned
        Files that may be written into it.
    """

    def __init__(self, path: Path, planned: Iterable[Path]) -> None:
        self.path = path
        self.planned = tuple(planned)
        self._is_begun = False

    def check(self, inputs: Iterable[Path], *, overwrite: bool) -> None:
        """Raise an error if a file that predict reads, or did not write, would be replaced or removed.

        Parameters
        ----------
        inputs
            Input files: recordings, labels, and others.
        overwrite
            Whether existing predictions may be replaced.

        Raises
        ------
        ValueError
            With the name of the file.
        """
        if self.path.exists() and not self.path.is_dir():
            raise ValueError(f"--out {self.path}: is a file, not a folder; name another with --out FOLDER.")
        read, ours = {_key(path) for path in inputs}, self._written()
        digests = {_key(path): digest for path, digest in ours.items()}
        there = _there([*self.planned, *ours])
        for path in there:
            if why := _refusal(path, is_read=_key(path) in read, digests=digests):
                raise ValueError(f"{path}: {why}; name another folder with --out, or {self._remedy(read)}.")
        if there and not overwrite:
            whose = "" if (self.path / SUMMARY).is_file() or not ours else ", from a prediction that did not finish"
            raise ValueError(f"{there[0]}: already exists{whose}; name another folder, or add --overwrite.")

    def begin(self) -> None:
        """Remove the files of an earlier prediction, before the first file is written."""
        if self._is_begun:
            return
        self._is_begun = True
        old = self._written()
        self._write_list(dict.fromkeys([*self.planned, *old]))
        for path in old:
            path.unlink(missing_ok=True)
            for parent in path.parents:
                if parent == self.path:
                    break
                with suppress(OSError):  # it holds other files
                    parent.rmdir()

    def finish(self) -> None:
        """Write the list of the files that were written."""
        if self._is_begun:
            self._write_list({path: _digest(path) for path in self.planned if path.is_file()})

    def _remedy(self, read: Set[str]) -> str:
        """Return the remedy for a file in the way; a folder without a list may contain older predictions."""
        holds_inputs = any(Path(one).is_relative_to(_key(self.path)) for one in read)
        if (self.path / LIST).is_file() or holds_inputs:
            return "move this file"
        return (
            f"move this file. If all files in {self.path} are predictions of an earlier version, which wrote no "
            f"{LIST}, delete the folder"
        )

    def _write_list(self, digests: Mapping[Path, str | None]) -> None:
        files = {path.relative_to(self.path).as_posix(): digest for path, digest in digests.items()}
        write_json(self.path / LIST, {"files": files})

    def _written(self) -> dict[Path, str | None]:
        """Return the files of an earlier prediction in this folder, with their digests."""
        file = self.path / LIST
        if not file.is_file():
            return {}
        files = read_json(file).get("files")
        if not isinstance(files, dict) or any(not self._is_below(name) for name in files):
            raise ConfigError(f"{file}: not a list of files in this folder; name another folder with --out.")
        return {self.path / name: None if digest is None else str(digest) for name, digest in files.items()}

    def _is_below(self, name: str) -> bool:
        """Return whether a name is inside this folder; the list is data that could have been changed."""
        return (self.path / name).resolve().is_relative_to(self.path.resolve())


def _refusal(path: Path, *, is_read: bool, digests: Mapping[str, str | None]) -> str:
    """Return the reason why an existing file must not be replaced; empty if it may be replaced."""
    if is_read:
        return "is read by this command, which would replace it by a prediction"
    if _key(path) not in digests:
        return f"was not written by eegbench predict ({LIST} does not list it), which would replace it"
    digest = digests[_key(path)]
    return "" if digest is None or digest == _digest(path) else "was changed since eegbench predict wrote it"


def _there(paths: Sequence[Path]) -> list[Path]:
    """Return the existing files with these names, or with names that differ from them only in case."""
    wanted = {_key(path) for path in paths}
    folders = [folder for folder in dict.fromkeys(path.parent for path in paths) if folder.is_dir()]
    return [path for folder in folders for path in sorted(folder.iterdir()) if _key(path) in wanted]


def _key(path: Path) -> str:
    """Return a key that all names of one file share."""
    return unicodedata.normalize("NFC", str(path.parent.resolve() / path.name)).casefold()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
