"""Read texts that people saved with programs of their own, and print on terminals that lack characters.

Conventions
-----------
Names and texts from outside have each accent together with its letter (Unicode's form NFC). macOS writes file names
with accents apart (NFD), which look the same and differ in every comparison.
"""

import codecs
import io
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def composed(text: str) -> str:
    """Return a text with each accent together with its letter (NFC)."""
    return unicodedata.normalize("NFC", text)


def spelled_there(path: Path) -> Path:
    """Return a path as its folder spells the file's name, in which accents may stand apart; itself where none is."""
    if path.name.isascii() or path.exists() or not path.parent.is_dir():
        return path
    wanted = composed(path.name)
    return next((other for other in path.parent.iterdir() if composed(other.name) == wanted), path)


def read_text(path: Path) -> str:
    """Read a text in UTF-8, or in UTF-16 where its first bytes say so; accents are composed.

    Raises
    ------
    ValueError
        Naming the line that is in neither.
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
        raise ValueError(f"{path}, line {line}: holds a zero byte, so it is no text in UTF-8; save the file as UTF-8.")
    return composed(text)


def replace_unencodable() -> None:
    """Print a question mark for each character that the terminal, or the file in its place, cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class _Lenient(io.RawIOBase):
    """A file whose writes never fail: what cannot be written, as the pipe is broken or the disk full, is lost."""

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
    """Let no closed terminal, broken pipe or full disk end a run: what it prints is lost, what it makes is not."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None:  # it was closed before the program began, as by some schedulers
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  open until the end
        elif stream is getattr(sys, f"__{name}__") and isinstance(stream, io.TextIOWrapper):
            through = stream.write_through  # python -u
            below: Any = _Lenient(number) if through else io.BufferedWriter(_Lenient(number))
            lenient = io.TextIOWrapper(
                below, stream.encoding, "replace", line_buffering=stream.line_buffering, write_through=through
            )
            setattr(sys, name, lenient)


def output_was_lost() -> bool:
    """Say whether something that was printed could not be written."""
    return _Lenient.failed
