"""Parsing of the annotations of an EDF+ or BDF+ file, and of the time stamps of its data records.

Conventions
-----------
An annotation signal contains lists in each data record: ``ONSET [21 DURATION] 20 TEXT 20 TEXT 20 … 0``, with onset and
duration in seconds as decimal numbers, the onset with its sign. Zeros follow the last list. The first list of a record
begins with an empty text: its onset is the start of the record. Onsets are relative to the start in the header, which
has whole seconds (Kemp and Olivan 2003, doi:10.1016/S1388-2457(03)00123-8, section 2.2).
"""

import re
from dataclasses import dataclass

import numpy as np

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.edf_header import SAMPLE_BYTES, EdfHeader, EdfSignal
from eegbench.dataset.timed_texts import Mark

_LIST = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15(\d+(?:\.\d*)?))?\x14((?:[^\x14\x00]*\x14)*)\x00")
_STAMP = re.compile(rb"([+-]\d+(?:\.\d*)?)\x14\x14\x00*")
_STAMP_BEGINS = re.compile(rb"[+-]\d+(\.\d*)?(\x15\d*(\.\d*)?)?\x14\x14")


@dataclass(frozen=True)
class EdfClock:
    """Content of the annotation signals of a file.

    Attributes
    ----------
    record_onsets_s
        Start of each data record, in seconds from the start in the header.
    annotations
        Annotations in the order of the file, in seconds from the start in the header.
    encoding
        Encoding of the texts: ``utf8``, or ``latin1`` for texts that are not UTF-8.
    """

    record_onsets_s: np.ndarray
    annotations: tuple[Mark, ...]
    encoding: str


def read_clock(header: EdfHeader) -> EdfClock:
    """Read the time stamp of each data record, and all annotations.

    Raises
    ------
    BadRecordingError
        If a list does not follow the format.
    """
    onsets, lists = [], []
    for number, record in enumerate(_bytes(header, header.annotations[0])):
        if plain := _STAMP.fullmatch(record):  # most records contain nothing else
            onsets.append(float(plain[1]))
            continue
        found = _lists(header, record, number)
        if _STAMP_BEGINS.match(record) is None:
            raise BadRecordingError(_no_stamp(header, record))
        onsets.append(float(found[0][0]))
        lists += found
    for signal in header.annotations[1:]:
        for number, record in enumerate(_bytes(header, signal)):
            lists += _lists(header, record, number)
    encoding = _encoding(b"".join(texts for *_, texts in lists))
    return EdfClock(np.array(onsets), _annotations(lists, encoding), encoding)


def _bytes(header: EdfHeader, signal: EdfSignal) -> list[bytes]:
    """Return the bytes of an annotation signal in each data record."""
    shape = (header.n_records, header.record_bytes)
    data = np.memmap(header.path, dtype=np.uint8, mode="r", offset=header.n_bytes, shape=shape)
    stop = signal.offset + SAMPLE_BYTES[header.kind] * signal.n_samples
    return [record.tobytes() for record in data[:, signal.offset : stop]]


def _lists(header: EdfHeader, record: bytes, number: int) -> list[tuple[bytes, bytes, bytes]]:
    """Return onset, duration and texts of each list in a record."""
    found: list[tuple[bytes, bytes, bytes]] = []
    place = 0
    while place < len(record) and record[place:].strip(b"\x00"):
        place += len(record[place:]) - len(record[place:].lstrip(b"\x00"))
        match = _LIST.match(record, place)
        if match is None:
            if not found:
                raise BadRecordingError(_no_stamp(header, record))
            raise BadRecordingError(
                f"{header.path}: has an annotation that is not written as EDF+ asks, {record[place : place + 40]!r} "
                f"in data record {number + 1}: a sign, seconds with a point before decimals, and the text are "
                "expected; export it again."
            )
        found.append((match[1], match[2] or b"", match[3]))
        place = match.end()
    return found


def _no_stamp(header: EdfHeader, record: bytes) -> str:
    return (
        f"{header.path}: is damaged: a data record's time stamp reads {record[:12]!r} where '+SECONDS' is expected, so "
        "bytes were lost or added; download or copy it again as binary."
    )


def _annotations(lists: list[tuple[bytes, bytes, bytes]], encoding: str) -> tuple[Mark, ...]:
    found = []
    for onset, duration, texts in lists:
        lasting = float(duration) if duration else None
        for text in texts.decode(encoding).split("\x14"):
            if text.strip():
                found.append(Mark(float(onset), lasting, text.strip()))
    return tuple(found)


def _encoding(texts: bytes) -> str:
    try:
        texts.decode("utf-8")
    except UnicodeDecodeError:
        return "latin1"
    return "utf8"
