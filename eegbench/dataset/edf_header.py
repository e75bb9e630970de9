"""Reading and validation of the header of an EDF or BDF file.

Conventions
-----------
An EDF file has a header of 256 bytes, 256 more for each signal, and data records of equal length, each with the
samples of every signal as little-endian integers of 2 bytes (EDF) or 3 bytes (BDF). Kemp et al. 1992,
doi:10.1016/0013-4694(92)90009-7; EDF+: Kemp and Olivan 2003, doi:10.1016/S1388-2457(03)00123-8.
"""

from dataclasses import dataclass
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.first_bytes import no_recording

SAMPLE_BYTES = {"EDF": 2, "BDF": 3}
ANNOTATIONS = ("EDF Annotations", "BDF Annotations")

_WIDTHS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
"""Bytes of each field of a signal; each field is stored for all signals before the next field begins."""


@dataclass(frozen=True)
class EdfSignal:
    """Header of one signal; scaling remains text, because only the signals that are read must have a valid one.

    Attributes
    ----------
    raw_label
        Bytes of the label, without padding.
    dimension
        Physical dimension, such as ``uV``, decoded as Latin-1 like in MNE.
    scaling
        Physical minimum and maximum, digital minimum and maximum.
    n_samples
        Number of samples in a data record.
    offset
        First byte in a data record.
    """

    raw_label: bytes
    dimension: str
    scaling: tuple[str, str, str, str]
    n_samples: int
    offset: int

    @property
    def label(self) -> str:
        """The label as text, decoded as UTF-8 if possible."""
        return _text(self.raw_label).strip(" \x00")


@dataclass(frozen=True)
class EdfHeader:
    """The header as numbers.

    Attributes
    ----------
    path
        Path of the file.
    kind
        ``EDF`` or ``BDF``.
    variant
        ``EDF+C``, ``EDF+D``, ``BDF+C``, ``BDF+D`` or empty: the first letters of the reserved field.
    start
        Date and time of the start in the original format, ``dd.mm.yyhh.mm.ss``.
    n_bytes
        Length of the header in bytes.
    n_records, record_s
        Number of data records (−1 if the recording was never closed), and duration of each in seconds.
    signals
        All signals, including annotations.
    """

    path: Path
    kind: str
    variant: str
    start: str
    n_bytes: int
    n_records: int
    record_s: float
    signals: tuple[EdfSignal, ...]

    @property
    def record_bytes(self) -> int:
        """Number of bytes in a data record."""
        return SAMPLE_BYTES[self.kind] * sum(signal.n_samples for signal in self.signals)

    @property
    def annotations(self) -> tuple[EdfSignal, ...]:
        """The annotation signals."""
        return tuple(signal for signal in self.signals if signal.label in ANNOTATIONS)

    def sfreq(self, signal: EdfSignal) -> float:
        """Return the sampling rate of a signal in Hz."""
        return signal.n_samples / self.record_s


def read_header(path: Path) -> EdfHeader:
    """Read a header.

    Raises
    ------
    BadRecordingError
        If the file is missing, empty, neither EDF nor BDF, or its header is truncated or damaged.
    """
    head, size = _first_bytes(path)
    kind = _kind(path, head)
    n_signals, n_bytes = _n_signals(path, head, size)
    with path.open("rb") as file:
        fields = _fields(file.read(n_bytes)[256:], n_signals)
    return EdfHeader(
        path=path,
        kind=kind,
        variant=_text(head[192:197]).strip(),
        start=_text(head[168:184]),
        n_bytes=n_bytes,
        n_records=int(_number(path, head[236:244], "the number of data records", whole=True)),
        record_s=_number(path, head[244:252], "the duration of a data record"),
        signals=_signals(path, fields, SAMPLE_BYTES[kind]),
    )


def _first_bytes(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as file:
            head, size = file.read(256), path.stat().st_size
    except FileNotFoundError as error:
        raise BadRecordingError(f"{path}: there is no such file; check the folder and the name.") from error
    except OSError as error:
        raise BadRecordingError(f"{path}: cannot be read ({error.strerror}); an EDF file is expected.") from error
    if size == 0:
        raise BadRecordingError(f"{path}: the file is empty, an EDF was expected; download or copy it again.")
    return head, size


def _kind(path: Path, head: bytes) -> str:
    """Return EDF or BDF according to the content; the extension must agree, because MNE relies on it."""
    kind = {b"0       ": "EDF", b"\xffBIOSEMI": "BDF"}.get(head[:8])
    if kind is None:
        raise BadRecordingError(f"{path}: {_guess(head)}")
    if path.suffix.lower() != f".{kind.lower()}":
        raise BadRecordingError(
            f"{path}: holds {kind} under another ending; rename it to end in .{kind.lower()}, or convert it to EDF "
            "for a folder of *-PSG.edf."
        )
    return kind


def _guess(head: bytes) -> str:
    return no_recording(head) or (
        f"is not an EDF or BDF: it begins with {head[:8]!r} where '0       ' or '\\xffBIOSEMI' is expected; "
        "download or export it again."
    )


def _n_signals(path: Path, head: bytes, size: int) -> tuple[int, int]:
    if len(head) < 256:
        raise BadRecordingError(
            f"{path}: is cut within its header, {size} bytes of at least 256; download or copy it again."
        )
    n_signals = int(_number(path, head[252:256], "the number of signals", whole=True))
    n_bytes = int(_number(path, head[184:192], "the length of the header", whole=True))
    if n_signals < 1 or n_bytes != 256 * (n_signals + 1):
        raise BadRecordingError(
            f"{path}: its header is damaged: {n_signals} signals need {256 * (n_signals + 1)} bytes of header, "
            f"it says {n_bytes}; download or export it again."
        )
    if size < n_bytes:
        raise BadRecordingError(
            f"{path}: is cut within its header, {size} bytes of {n_bytes}; download or copy it again."
        )
    return n_signals, n_bytes


def _fields(block: bytes, n_signals: int) -> list[list[bytes]]:
    """Split the signals' part of the header: a list for each field, with an entry for each signal."""
    fields, start = [], 0
    for width in _WIDTHS:
        fields.append([block[start + i * width : start + (i + 1) * width] for i in range(n_signals)])
        start += n_signals * width
    return fields


def _signals(path: Path, fields: list[list[bytes]], sample_bytes: int) -> tuple[EdfSignal, ...]:
    labels, _, dimensions, *scalings, _, counts, _ = fields
    signals, offset = [], 0
    for i, label in enumerate(labels):
        what = f"the samples in a record of signal {i + 1}"
        n_samples = int(_number(path, counts[i], what, whole=True))
        scaling = [_text(column[i]).strip(" \x00") for column in scalings]
        dimension = dimensions[i].decode("latin-1").strip(" \x00")  # as in MNE
        signals.append(
            EdfSignal(label.strip(), dimension, (scaling[0], scaling[1], scaling[2], scaling[3]), n_samples, offset)
        )
        offset += sample_bytes * n_samples
    return tuple(signals)


def _number(path: Path, field: bytes, what: str, *, whole: bool = False) -> float:
    text = _text(field).strip(" \x00")
    try:
        return float(int(text)) if whole else float(text)
    except ValueError as error:
        raise BadRecordingError(
            f"{path}: its header is damaged: {what} reads {text!r}, a number was expected; "
            "it may have been converted as text on its way, so download or export it again."
        ) from error


def _text(field: bytes) -> str:
    try:
        return field.decode("utf-8")
    except UnicodeDecodeError:
        return field.decode("latin-1")
