"""Signals of a polysomnography in HDF5, with checks that raise an error for files that cannot be used.

Conventions
-----------
The layout is that of the Dreem Open Datasets (Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181). The attribute
``description`` of the root is a JSON list with one object per signal: ``path`` of a one-dimensional data set in the
file, ``name``, ``fs`` in Hz and ``unit``. If ``fs`` or ``unit`` is missing, attributes of the data set or its group
are used.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from eegbench.config import parse_json
from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.channel_names import AmbiguousNameError, find
from eegbench.dataset.chosen_channels import check_rates, choose
from eegbench.dataset.first_bytes import no_recording

VOLTS: Mapping[str, float] = {"V": 1.0, "mV": 1e-3, "uV": 1e-6, "\u00b5V": 1e-6, "\u03bcV": 1e-6}
"""Volts per unit; µV has two spellings in Unicode."""

DESCRIPTION = "description"


@dataclass(frozen=True)
class H5Signal:
    """A readable signal of a file.

    Attributes
    ----------
    name, path
        Name, and path in the file.
    sfreq
        Sampling rate in Hz.
    volts
        Volts per unit of its samples.
    n_samples
        Number of samples.
    """

    name: str
    path: str
    sfreq: float
    volts: float
    n_samples: int

    @property
    def length_s(self) -> float:
        """Length in seconds."""
        return self.n_samples / self.sfreq


@contextmanager
def opened(path: Path) -> Iterator["h5py.File"]:
    """Open a file for reading.

    Raises
    ------
    BadRecordingError
        If it is missing, empty, truncated or not HDF5, or damaged data are read inside the block.
    """
    if not path.exists():
        what = "is a link to a file that is not there" if path.is_symlink() else "is not there"
        raise BadRecordingError(f"{path}: {what}; restore it, or take it out of the folder.")
    try:
        with h5py.File(path, "r", locking=False) as file:  # shared file systems may not support locks
            yield file
    except (OSError, KeyError, RuntimeError) as error:  # h5py raises any of these where a file is damaged
        raise BadRecordingError(f"{path}: {_damage(path, error)}") from error


def signals_of(
    path: Path, channels: Sequence[str] | None, *, may_lack_channels: bool
) -> dict[str, tuple[H5Signal, ...]]:
    """Return the signals of each channel: two for a difference.

    Parameters
    ----------
    path
        Path of the file.
    channels
        Names, matched with those in the description, or with the last parts of its paths, by
        `eegbench.dataset.chosen_channels.choose`; None takes all signals.
    may_lack_channels
        Whether missing channels are skipped, as long as at least one is present.

    Raises
    ------
    BadRecordingError
        If the file cannot be read, lacks a channel, or contradicts itself.
    MixedRatesError
        If the channels have several sampling rates.
    """
    with opened(path) as file:
        entries = _described(path, file)
        entry_of = _by_name(entries, channels)
        names = list(entry_of) if channels is None else channels
        chosen = choose(path, names, list(entry_of), may_lack_channels=may_lack_channels)
        labels = dict.fromkeys(label for those in chosen.values() for label in those)
        signals = {label: _signal(path, file, label, entry_of[label]) for label in labels}
    _check_lengths(path, list(signals.values()))
    check_rates(path, {name: {one: signals[one].sfreq for one in those} for name, those in chosen.items()})
    return {name: tuple(signals[label] for label in those) for name, those in chosen.items()}


def dataset_at(path: Path, file: "h5py.File", where: str, what: str) -> "h5py.Dataset":
    """Return a one-dimensional numeric data set whose values are in the file itself.

    Raises
    ------
    BadRecordingError
        If there is none.
    """
    found = file.get(where)
    if not isinstance(found, h5py.Dataset):
        raise BadRecordingError(
            f"{path}: has no data at {where!r}, where {what} is to be; correct {DESCRIPTION!r}, or export it again."
        )
    if found.ndim != 1 or found.dtype.kind not in "iuf":
        raise BadRecordingError(
            f"{path}: {what} at {where!r} has the shape {found.shape} and the type {found.dtype}; one row of numbers "
            "is expected."
        )
    if found.file.filename != file.filename or found.external or found.is_virtual:
        raise BadRecordingError(f"{path}: {what} at {where!r} is in another file; copy it into this one.")
    return found


def _described(path: Path, file: "h5py.File") -> list[Mapping[str, Any]]:
    """Return the description of each signal."""
    found = file.attrs.get(DESCRIPTION)
    example = '[{"path": "signals/eeg/C3_M2", "name": "C3_M2", "fs": 250, "unit": "uV"}, …]'
    layout = f"a JSON list of its signals is expected, {example}"
    if found is None:
        raise BadRecordingError(f"{path}: has no attribute {DESCRIPTION!r}; {layout}.")
    try:
        entries = parse_json(found)
    except (TypeError, ValueError) as error:
        raise BadRecordingError(f"{path}: its attribute {DESCRIPTION!r} is not JSON ({error}); {layout}.") from error
    is_list = isinstance(entries, list) and all(isinstance(one, dict) for one in entries)
    if not is_list or not entries or not all(isinstance(one.get("path"), str) for one in entries):
        raise BadRecordingError(f"{path}: its attribute {DESCRIPTION!r} lists no signals with their paths; {layout}.")
    return entries


def _by_name(entries: Sequence[Mapping[str, Any]], channels: Sequence[str] | None) -> dict[str, Mapping[str, Any]]:
    """Return the signals by name, or by the last part of the path if that matches more of the channels."""
    tails = [one["path"].rpartition("/")[2] for one in entries]
    names = [str(one.get("name") or tail) for one, tail in zip(entries, tails, strict=True)]
    schemes = [one for one in (names, tails) if len(set(one)) == len(one)] or [[one["path"] for one in entries]]
    best = max(schemes, key=lambda labels: sum(_is_there(name, labels) for name in channels or ()))
    return dict(zip(best, entries, strict=True))


def _is_there(name: str, labels: Sequence[str]) -> bool:
    try:
        return bool(find(name, labels))
    except AmbiguousNameError:
        return True


def _signal(path: Path, file: "h5py.File", name: str, entry: Mapping[str, Any]) -> H5Signal:
    data = dataset_at(path, file, entry["path"], f"channel {name}")
    unit, sfreq = (_said(data, entry, key) for key in ("unit", "fs"))
    if unit not in VOLTS:
        raise BadRecordingError(
            f"{path}: channel {name!r} has the unit {unit!r}, expected uV, mV or V; name the channels that hold EEG by "
            f"dataset.channels=[…], or correct {DESCRIPTION!r}."
        )
    if isinstance(sfreq, bool) or not isinstance(sfreq, int | float) or not isfinite(sfreq) or sfreq <= 0:
        raise BadRecordingError(f"{path}: channel {name!r} has the sampling rate {sfreq!r}; a rate in Hz is expected.")
    if not len(data):
        raise BadRecordingError(f"{path}: channel {name!r} has no sample; export it again.")
    return H5Signal(name, entry["path"], float(sfreq), VOLTS[unit], len(data))


def _said(data: "h5py.Dataset", entry: Mapping[str, Any], key: str) -> Any:
    """Return a property of a signal from the description, its own attributes, or its group's attributes."""
    found: Any = next((one[key] for one in (entry, data.attrs, data.parent.attrs) if one.get(key) is not None), None)
    found = found.item() if isinstance(found, np.generic) else found
    return found.decode("utf-8", "replace") if isinstance(found, bytes) else found


def _check_lengths(path: Path, signals: Sequence[H5Signal]) -> None:
    """Raise an error for signals whose lengths differ by more than a sample of the slowest."""
    ordered = sorted(signals, key=lambda one: one.length_s)
    short, long = ordered[0], ordered[-1]
    if long.length_s - short.length_s > 1 / min(one.sfreq for one in signals) + 1e-6:
        raise BadRecordingError(
            f"{path}: channel {short.name!r} lasts {short.length_s:g} s and {long.name!r} {long.length_s:g} s; signals "
            "of one length are expected, so correct their rates ('fs'), or name others by dataset.channels=[…]."
        )


def _damage(path: Path, error: Exception) -> str:
    """Describe the damage of a file that the HDF5 library cannot read."""
    size = path.stat().st_size
    if size == 0:
        return "the file is empty; download or copy it again."
    with path.open("rb") as file:
        head = file.read(256)
    if head.startswith(b"\x89HDF"):
        cut = f"is truncated after {size} bytes" if "truncated" in str(error) else f"is damaged ({error})"
        return f"{cut}; download or copy it again."
    return no_recording(head) or f"is not an HDF5 file: it begins with {head[:8]!r}; download or export it again."
