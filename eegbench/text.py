"""Reading of text saved by other programs, and printing on terminals that lack characters.

Conventions
-----------
File names and text from outside are converted to composed form (Unicode NFC), in which an accented letter is one
character. macOS writes file names in decomposed form (NFD), which looks the same and compares as different.
"""

import codecs
import difflib
import io
import os
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

MOST = 2000
"""Maximum number of characters of an error message."""


def composed(text: str) -> str:
    """Return a text in composed form (NFC)."""
    return unicodedata.normalize("NFC", text)


def near(word: str, known: Iterable[str]) -> str:
    """Return a suggestion of the nearest known name in brackets, if there is one."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {found[0]}?)" if found else ""


def clipped(text: str) -> str:
    """Return a text without its middle if it has more than `MOST` characters, such as a cell of a broken table."""
    half = MOST // 2
    return text if len(text) <= MOST else f"{text[:half]} … {text[-half:]}"


def spelled_there(path: Path) -> Path:
    """Return a path as its folder spells it, maybe decomposed; the path itself if there is no such file."""
    if path.name.isascii() or path.exists() or not path.parent.is_dir():
        return path
    wanted = composed(path.name)
    return next((other for other in path.parent.iterdir() if composed(other.name) == wanted), path)


def read_text(path: Path) -> str:
    """Read a text in UTF-8, or in UTF-16 if it begins with that byte order mark; accents are composed.

    Raises
    ------
    ValueError
        If the file is in neither encoding; the message names the line.
    """
    raw = path.read_bytes()
    encoding = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path}, line {line}: byte {error.object[error.start]:#04x} is not text in {encoding.upper()}; save the "
            "file as UTF-8 (in a spreadsheet: Save as, CSV UTF-8)."
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ValueError(f"{path}, line {line}: contains a zero byte, so it is not UTF-8 text; save the file as UTF-8.")
    return composed(text)


def replace_unencodable() -> None:
    """Print a question mark for each character that the terminal or output file cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class _Lenient(io.RawIOBase):
    """A stream whose writes never fail: output to a broken pipe or full disk is discarded."""

    failed = False

    def __init__(self, number: int) -> None:
        self.number = number

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.number

    def isatty(self) -> bool:
        return os.isatty(self.number)

    def write(self, data: Any, /) -> int:
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest:
                rest = rest[os.write(self.number, rest) :]
        except OSError:
            _Lenient.failed = True
        return size


def outlive_streams() -> None:
    """Prevent a closed terminal, broken pipe or full disk from ending a run; only printed output is lost."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None:  # closed before the program started, as by some schedulers
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  open until the end
        elif stream is getattr(sys, f"__{name}__") and isinstance(stream, io.TextIOWrapper):
            through = stream.write_through  # python -u
            below: Any = _Lenient(number) if through else io.BufferedWriter(_Lenient(number))
            lenient = io.TextIOWrapper(
                below, stream.encoding, "replace", line_buffering=stream.line_buffering, write_through=through
            )
            setattr(sys, name, lenient)


def output_was_lost() -> bool:
    """Return whether some printed output could not be written."""
    return _Lenient.failed
