"""Consistency checks of an EDF or BDF file with its header: size, samples, and time stamps."""

import re
from dataclasses import replace

import numpy as np

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.edf_annotations import EdfClock, read_clock
from eegbench.dataset.edf_header import EdfHeader

INSPECTED_BYTES = 1_000_000
"""Number of bytes in which traces of a text conversion are searched."""

LISTS = re.compile(rb"[+-]\d+(?:\.\d*)?(?:\x15\d*(?:\.\d*)?)?\x14(?:[^\x14\x00]*\x14)*\x00")
"""Annotations, whose texts may contain line feeds."""

MAX_JUMP_S = 0.01
"""Tolerance in seconds between consecutive data records: clock drift is smaller, and gaps are larger."""


def check_content(header: EdfHeader) -> tuple[EdfHeader, EdfClock]:
    """Compare a file with its header.

    Returns
    -------
    header, clock
        The header, with the number of records computed from the size if the recording was never closed, and the content
        of its annotation signals.

    Raises
    ------
    BadRecordingError
        If the file is truncated, too long, converted as if it were text, or has gaps in time.
    """
    _check_not_converted(header)  # first, as it explains a wrong size or clock
    header = _sized(header)
    return header, _clock(header)


def _check_not_converted(header: EdfHeader) -> None:
    """Raise an error if every line feed follows a carriage return, or bytes became U+FFFD, as in a text conversion."""
    with header.path.open("rb") as file:
        file.seek(header.n_bytes)
        data = LISTS.sub(b"", file.read(INSPECTED_BYTES))
    n_feeds = data.count(b"\n")
    # by chance, one line feed in 256 follows a carriage return, and three bytes are U+FFFD once in 2^24
    if data.count("\ufffd".encode()) >= 16:
        how = "bytes in it were replaced by U+FFFD, as by a program that took it for UTF-8 text"
    elif n_feeds >= 16 and data.count(b"\r\n") == n_feeds:
        how = "every line feed in it has become CR LF (git's autocrlf or an FTP text mode)"
    else:
        return
    raise BadRecordingError(
        f"{header.path}: its samples are damaged: {how}; this cannot be undone, so download or copy it again as binary."
    )


def _sized(header: EdfHeader) -> EdfHeader:
    """Compare the number of data records with the size; −1, for an unfinished recording, is computed from the size."""
    n_bytes, record_bytes = header.path.stat().st_size - header.n_bytes, header.record_bytes
    if n_bytes == 0 or record_bytes == 0 or header.n_records == 0:
        raise BadRecordingError(f"{header.path}: holds no data, only a header; leave it out or export it again.")
    n_whole, rest = divmod(n_bytes, record_bytes)
    if header.n_records == -1 and rest == 0:
        return replace(header, n_records=n_whole)
    if header.n_records * record_bytes != n_bytes:
        raise BadRecordingError(_size_sentence(header, n_bytes, n_whole))
    return header


def _size_sentence(header: EdfHeader, n_bytes: int, n_whole: int) -> str:
    if header.n_records < 0:
        return (
            f"{header.path}: the recording was never closed (record count {header.n_records}) and its {n_bytes} "
            f"bytes of data are no whole number of records of {header.record_bytes}; export it again."
        )
    promise = f"the header says {header.n_records} records of {header.record_bytes} bytes"
    expected = header.n_records * header.record_bytes
    if n_bytes < expected:
        lengths = f"{n_whole * header.record_s:g} s of {header.n_records * header.record_s:g} s"
        return (
            f"{header.path}: is truncated: {promise}, {n_bytes} of {expected} bytes are there ({lengths}); "
            "download or copy it again."
        )
    return (
        f"{header.path}: is too long: {promise}, {expected} in all, and {n_bytes} bytes follow the header, so samples "
        "may be displaced; download, copy or export it again."
    )


def _clock(header: EdfHeader) -> EdfClock:
    """Check the time stamps of the data records: EDF+D files may be continuous, and EDF+C files may have gaps."""
    if not header.annotations:
        if header.variant.endswith("+D"):
            raise BadRecordingError(f"{header.path}: is a discontinuous {header.variant} without time stamps.")
        return EdfClock(np.zeros(1), (), "utf8")
    clock = read_clock(header)
    jump = np.diff(clock.record_onsets_s) - header.record_s
    if header.record_s > 0 and (np.abs(jump) > MAX_JUMP_S).any():
        worst = int(np.argmax(np.abs(jump)))
        raise BadRecordingError(
            f"{header.path}: is discontinuous ({header.variant}): after {(worst + 1) * header.record_s:g} s of signal "
            f"the clock jumps by {jump[worst]:g} s; split it into continuous files at its gaps."
        )
    return clock
