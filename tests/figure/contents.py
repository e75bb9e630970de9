"""Contents of figure files, without the names that Matplotlib gives to clip paths of an SVG, which vary with memory."""

import re
from collections.abc import Iterable
from pathlib import Path


def contents(files: Iterable[Path]) -> list[bytes]:
    return [re.sub(rb"\bp[0-9a-f]{10}\b", b"clip", file.read_bytes()) for file in files]
