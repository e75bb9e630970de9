"""Files named in a BrainVision header, and checks that they are complete: MNE reads truncated files silently."""

import re
from pathlib import Path

from eegbench.dataset.base import BadRecordingError

N_BYTES = {"INT_16": 2, "UINT_16": 2, "INT_32": 4, "IEEE_FLOAT_32": 4}
"""Bytes per sample, by the header's BinaryFormat."""

NAMED = re.compile(r"(?mi)^(DataFile|MarkerFile)=[ \t]*(.+?)[ \t]*\r?$")

MARKER = re.compile(r"(?m)^Mk\d+=[^,\r\n]*,[^,\r\n]*,(\d+),")
"""A marker, with its sample number, from 1."""


def files_of(header: Path) -> list[Path]:
    """Return the files of samples and markers named in a header."""
    return [path for _, path in _named(header, _text(header))]


def check_files(header: Path) -> None:
    """Raise an error for files that are missing, truncated, or belong to another recording.

    Raises
    ------
    BadRecordingError
        With the name of the file.
    """
    text = _text(header)
    named = _named(header, text)
    for _, one in named:
        if one.stem != header.stem and one.with_suffix(".vhdr").is_file():
            raise BadRecordingError(
                f"{header}: its header names {one.name}, which belongs to {one.stem}.vhdr; correct DataFile= and "
                "MarkerFile= in it."
            )
        if not one.is_file():
            raise BadRecordingError(
                f"{header}: its header names {one.name}, which is not there; restore it, or correct DataFile= and "
                "MarkerFile= where it has another name."
            )
    first = dict(reversed(named))
    data, markers = first.get("datafile"), first.get("markerfile")
    n_channels, width = _value(text, "NumberOfChannels"), N_BYTES.get(_value(text, "BinaryFormat"))
    if data is None or width is None or not n_channels.isdigit() or int(n_channels) == 0:
        return  # text, or unreadable for MNE too
    n_samples, rest = divmod(data.stat().st_size, width * int(n_channels))
    last = max(map(int, MARKER.findall(_text(markers))), default=0) if markers else 0
    points = _value(text, "DataPoints")
    stated = int(points) if points.isdigit() else n_samples
    if rest:
        why = "does not end with a whole sample"
    elif last > n_samples:
        why = f"has {n_samples} samples of each channel, and a marker stands at {last}"
    elif stated != n_samples:
        why = f"has {n_samples} samples of each channel, and its header says {stated}"
    else:
        return
    raise BadRecordingError(
        f"{data}: {why}: the file was cut, or belongs to another recording; copy or export it again, or set "
        "dataset.on_bad_recording=skip."
    )


def _text(path: Path) -> str:
    return path.read_bytes().decode("latin-1") if path.is_file() else ""


def _value(text: str, key: str) -> str:
    found = re.search(rf"(?mi)^{key}=[ \t]*(.+?)[ \t]*\r?$", text)
    return found[1] if found else ""


def _named(header: Path, text: str) -> list[tuple[str, Path]]:
    """Return the keys of a header that name files, in lower case, with the files."""
    return [(key.lower(), header.with_name(name.replace("$b", header.stem))) for key, name in NAMED.findall(text)]
