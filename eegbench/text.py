"""Read texts that people saved with programs of their own, and print on terminals that lack characters.

Conventions
-----------
Names and texts from outside have each accent together with its letter (Unicode's form NFC). macOS writes file names
with accents apart (NFD), which look the same and differ in every comparison.
"""

import codecs
import io
import sys
import unicodedata
from pathlib import Path

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
