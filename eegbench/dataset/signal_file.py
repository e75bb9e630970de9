"""Reading of a signal file in any of the formats below, in volts and without loading the samples.

EDF and BDF are read by `eegbench.dataset.edf.open_edf`, with strict checks. MNE reads the others. Only EEGLAB epochs
are loaded.
"""

import logging
import re
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import mne

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.bids_files import MNE_ERRORS
from eegbench.dataset.brainvision_files import check_files, files_of
from eegbench.dataset.channel_kinds import set_kinds
from eegbench.dataset.chosen_channels import choose, picked
from eegbench.dataset.edf import first_sample_s, open_edf
from eegbench.dataset.edf_header import EdfHeader, read_header
from eegbench.dataset.eeglab_epochs import n_epochs_in, open_eeglab_epochs
from eegbench.dataset.electrodes import keep_or_set_positions
from eegbench.dataset.gdf_units import check_gdf_units

FORMATS: Mapping[str, str] = {
    ".vhdr": "BrainVision",
    ".edf": "EDF",
    ".bdf": "BDF",
    ".set": "EEGLAB",
    ".fif": "FIF",
    ".gdf": "GDF",
    ".cnt": "CNT",
}
"""Formats by file name extension, in lower case."""

STRICT = (".edf", ".bdf")

LOCAL_CLOCK = (".vhdr", ".edf", ".bdf", ".cnt")
"""Formats whose start is in local time; in FIF it is in UTC."""

VOLTS = ("eeg", "eog", "emg", "ecg", "bio", "seeg", "ecog", "dbs")
"""MNE's channel types with values in volts."""

_log = logging.getLogger(__name__)


def open_signal(
    path: Path, *, channels: Sequence[str] | None, may_lack_channels: bool, read_across: Sequence[str] = ()
) -> "mne.io.BaseRaw":
    """Open a recording with its own annotations, and with channel types and positions by name if the file has none.

    Parameters
    ----------
    path
        Path of a file in one of the formats.
    channels
        Channel names, in this order, see `eegbench.dataset.chosen_channels.choose`; None takes all EEG channels, or for
        EDF and BDF all channels.
    may_lack_channels
        Whether missing channels are skipped, as long as at least one is present.
    read_across
        Annotations of gaps that are accepted, see `is_gap`.

    Raises
    ------
    BadRecordingError
        If the file is damaged, has gaps, or lacks a channel in volts.
    """
    if not path.exists():
        what = "is a link to a file that is not there" if path.is_symlink() else "is not there"
        raise BadRecordingError(f"{path}: {what}; restore it, or take it out of the folder.")
    if path.suffix.lower() not in FORMATS:
        raise BadRecordingError(
            f"{path}: recordings end in {', '.join(FORMATS)}; take the file out, or name the reader of its format with "
            "dataset=NAME."
        )
    if path.stat().st_size == 0:
        raise BadRecordingError(f"{path}: the file is empty; copy or export it again.")
    if path.suffix.lower() in STRICT:
        raw = open_edf(path, channels=channels, may_lack_channels=may_lack_channels)
    else:
        if path.suffix.lower() == ".vhdr":
            check_files(path)
        if path.suffix.lower() == ".gdf":
            check_gdf_units(path)
        raw = open_any(path)
        raw = with_channels(path, raw, channels, may_lack_channels=may_lack_channels)
        raw = raw if path.suffix.lower() == ".fif" else set_kinds(raw)  # FIF has a type for every channel
    check_gaps(path, raw, read_across)
    return keep_or_set_positions(raw)


def open_any(path: Path) -> "mne.io.BaseRaw":
    """Open a file with MNE.

    Raises
    ------
    BadRecordingError
        If MNE cannot read it.
    """
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            raw = _by_mne(path)
    except MNE_ERRORS as error:
        reason = " ".join(str(error).split())[:300]
        raise BadRecordingError(
            f"{path}: MNE cannot read it as {FORMATS[path.suffix.lower()]} ({reason}). Export it again, for "
            "example as EDF, or set dataset.on_bad_recording=skip."
        ) from error
    for one in said:
        _log.info("%s: MNE warns: %s", path.name, " ".join(str(one.message).split()))
    return raw


def _by_mne(path: Path) -> "mne.io.BaseRaw":
    try:
        return mne.io.read_raw(path, preload=False, verbose="ERROR")
    except TypeError as error:
        n_epochs = n_epochs_in(str(error)) if path.suffix.lower() == ".set" else None
        if not n_epochs:
            raise
        return open_eeglab_epochs(path, n_epochs)


def start_of(path: Path, raw: "mne.io.BaseRaw") -> tuple[datetime | None, float]:
    """Return the start of a recording, and the time of its first sample in seconds after that.

    The start is in local time; None if unknown.
    """
    suffix = path.suffix.lower()
    if suffix in STRICT:
        return edf_start(read_header(path)), first_sample_s(path)
    meas_date = raw.info["meas_date"]
    return None if meas_date is None or suffix not in LOCAL_CLOCK else meas_date.replace(tzinfo=None), 0.0


def edf_start(header: EdfHeader) -> datetime | None:
    """Return date and time of day in the header of an EDF file; None if it has none."""
    try:
        return datetime.strptime(header.start, "%d.%m.%y%H.%M.%S")
    except ValueError:
        return None


def companions(path: Path) -> tuple[Path, ...]:
    """Return the other existing files that belong to a signal file: samples, markers, parts."""
    suffix = path.suffix.lower()
    if suffix == ".vhdr":
        return tuple(one for one in files_of(path) if one.is_file())
    if suffix == ".set":
        return tuple(one for one in (path.with_suffix(".fdt"),) if one.is_file())
    if suffix == ".fif":
        return tuple(sorted(one for one in path.parent.glob("*.fif") if is_part(one) == path))
    return ()


def is_part(path: Path) -> Path | None:
    """Return the first file of a FIF recording saved in parts, if this is a later part (``…-1.fif``); else None."""
    match = re.fullmatch(r"(.+)-\d+", path.stem)
    first = None if match is None else path.with_name(f"{match[1]}{path.suffix}")
    return first if path.suffix.lower() == ".fif" and first is not None and first.is_file() else None


def with_channels(
    path: Path, raw: "mne.io.BaseRaw", channels: Sequence[str] | None, *, may_lack_channels: bool
) -> "mne.io.BaseRaw":
    """Return a recording of MNE with some of its channels, all in volts, in place.

    Parameters
    ----------
    path
        Name of the recording in error messages.
    raw
        The recording, with a type for every channel.
    channels, may_lack_channels
        See `open_signal`.

    Raises
    ------
    BadRecordingError
        If it lacks a channel in volts.
    """
    kinds = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    eeg = [name for name, kind in kinds.items() if kind == "eeg"]
    if channels is None and not eeg:
        raise BadRecordingError(f"{path}: has no channel of type EEG; name channels by dataset.channels=[…].")
    chosen = choose(path, channels or eeg, raw.ch_names, may_lack_channels=may_lack_channels)
    labels = [label for those in chosen.values() for label in those]
    wrong = next((label for label in labels if kinds[label] not in VOLTS), None)
    if wrong is not None:
        raise BadRecordingError(
            f"{path}: channel {wrong} is of the type {kinds[wrong]}, not in volts; name the channels that hold EEG by "
            "dataset.channels=[…]."
        )
    bad = [name for name in raw.info["bads"] if name in labels]
    if bad:
        _log.info("%s: marked bad, and read like the others: %s (dataset.channels).", path.name, ", ".join(bad))
    raw.info["bads"] = []
    return picked(raw, chosen)


def is_gap(text: str) -> bool:
    """Return whether an annotation marks the start of a segment, so that time is missing before it.

    EEGLAB writes ``boundary`` where data were cut out, BrainVision ``New Segment`` where recording continued after a
    pause, MNE ``BAD boundary``, ``EDGE boundary`` and ``BAD_ACQ_SKIP``.
    """
    return re.fullmatch(r"((bad|edge)[ _])?boundary|new segment.*|bad_acq_skip", text, re.IGNORECASE) is not None


def check_gaps(path: Path, raw: "mne.io.BaseRaw", read_across: Sequence[str]) -> None:
    """Raise an error for a recording in which time is missing; ``read_across`` is that of `open_signal`."""
    least_s = raw.first_time + 1.5 / raw.info["sfreq"]  # no time is missing at the start of the recording
    notes = zip(raw.annotations.onset, raw.annotations.description, strict=True)
    found = [(float(onset), str(text)) for onset, text in notes if onset > least_s and is_gap(text)]
    found = [(onset - raw.first_time, text) for onset, text in found if not {text, text.rstrip("/")} & {*read_across}]
    if found:
        onset, text = found[0]
        raise BadRecordingError(
            f"{path}: {len(found)} annotations {text!r} say that it was cut or paused, the first at {onset:g} s: its "
            f"time has gaps. Save its parts as recordings of their own, or add {text!r} to dataset.ignored to read "
            "across them."
        )
