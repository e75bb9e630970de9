"""Lazy reading of EDF, EDF+ and BDF files, with strict checks.

MNE reads the samples. Before that, the file is checked for problems that MNE ignores silently: sizes that disagree,
gaps in time, units that MNE does not scale, channels that it would resample.
"""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

import mne
import numpy as np

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.channel_kinds import set_kinds
from eegbench.dataset.chosen_channels import check_rates, choose, picked
from eegbench.dataset.edf_annotations import EdfClock
from eegbench.dataset.edf_content import check_content
from eegbench.dataset.edf_header import ANNOTATIONS, EdfHeader, EdfSignal, read_header
from eegbench.dataset.electrodes import set_positions
from eegbench.dataset.patient import patient_field
from eegbench.dataset.timed_texts import Mark

VOLTAGES = ("uV", "\u00b5V", "mV", "V")
"""Units that MNE converts to volts; it reads values with any other unit, such as µV in UTF-8, as volts."""


def open_edf(path: Path, *, channels: Sequence[str] | None, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
    """Open a recording in volts without loading its samples, with channel types and positions from channel names.

    Parameters
    ----------
    path
        Path of an EDF, EDF+ or BDF file.
    channels
        Names to read, in this order, matched with the labels by `eegbench.dataset.chosen_channels.choose`; the channels
        are renamed accordingly. If no signal has a name such as C3-M2, the difference of two signals is computed, which
        loads the samples. None reads all signals with their own labels. No channel is resampled.
    may_lack_channels
        Whether missing channels are skipped, as long as at least one is present.

    Raises
    ------
    BadRecordingError
        If the file is damaged, discontinuous, or lacks a channel in volts.
    MixedRatesError
        If the channels have several sampling rates.
    """
    header, clock = check_content(read_header(path))
    chosen = _choose(header, channels, may_lack_channels=may_lack_channels)
    _check_signals(header, [signal for those in chosen.values() for signal in those])
    check_rates(path, {name: {one.label: header.sfreq(one) for one in those} for name, those in chosen.items()})
    labels = {name: tuple(_label(signal) for signal in those) for name, those in chosen.items()}
    raw = _open(header, list(dict.fromkeys(label for those in labels.values() for label in those)), clock.encoding)
    raw = set_positions(set_kinds(picked(raw, labels)))
    return raw.set_annotations(_on_samples(clock), emit_warning=False, verbose="ERROR")


def read_edf_annotations(path: Path) -> tuple[EdfHeader, tuple[Mark, ...]]:
    """Read the annotations of an EDF+ or BDF+, in seconds from the start in its header.

    Raises
    ------
    BadRecordingError
        If the file is damaged or has no annotations.
    """
    header, clock = check_content(read_header(path))
    if not header.annotations:
        raise BadRecordingError(
            f"{path}: has no signal called 'EDF Annotations', so it holds no labels; an EDF+ file is expected."
        )
    return header, clock.annotations


def first_sample_s(path: Path) -> float:
    """Return the time of the first sample in seconds from the start in the header, which has whole seconds."""
    return float(check_content(read_header(path))[1].record_onsets_s[0])


def _on_samples(clock: EdfClock) -> "mne.Annotations":
    """Return the annotations in seconds from the first sample."""
    first_s = float(clock.record_onsets_s[0])
    notes = clock.annotations
    onset = [note.onset_s - first_s for note in notes]
    return mne.Annotations(onset, [note.duration_s or 0.0 for note in notes], [note.text for note in notes])


def _open(header: EdfHeader, labels: list[str], encoding: str) -> "mne.io.BaseRaw":
    read = mne.io.read_raw_edf if header.kind == "EDF" else mne.io.read_raw_bdf
    if words := [word for word in patient_field(header.path).split()[4:] if word.count("=") > 1]:
        raise BadRecordingError(
            f"{header.path}: the patient field of its header has {words[0]!r}, and MNE takes no more than one = in a "
            "word; write another text into that field (bytes 9 to 88), say by anonymising a copy."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the relevant properties were checked before
            return read(
                header.path, include=labels, stim_channel=None, preload=False, encoding=encoding, verbose="ERROR"
            )
    except (ValueError, RuntimeError, OSError) as error:
        raise BadRecordingError(f"{header.path}: MNE cannot read it ({error}); export it again.") from error


def _choose(
    header: EdfHeader, channels: Sequence[str] | None, *, may_lack_channels: bool
) -> dict[str, tuple[EdfSignal, ...]]:
    """Find the signals of each name: two for a difference."""
    signals = {signal.label: signal for signal in header.signals if signal.label not in ANNOTATIONS}
    labels = [signal.label for signal in header.signals if signal.label not in ANNOTATIONS]
    if not labels:
        raise BadRecordingError(f"{header.path}: holds annotations only, no signal; a recording was expected.")
    names = labels if channels is None else channels
    chosen = choose(header.path, names, labels, may_lack_channels=may_lack_channels)
    return {name: tuple(signals[label] for label in those) for name, those in chosen.items()}


def _label(signal: EdfSignal) -> str:
    """Return a label as MNE decodes it."""
    return signal.raw_label.decode("latin-1")


def _check_signals(header: EdfHeader, signals: Iterable[EdfSignal]) -> None:
    if header.record_s <= 0:
        raise BadRecordingError(f"{header.path}: a data record lasts {header.record_s:g} s; export it again.")
    for signal in signals:
        _check_dimension(header, signal)
        _check_scaling(header, signal)


def _check_dimension(header: EdfHeader, signal: EdfSignal) -> None:
    if signal.dimension not in VOLTAGES:
        raise BadRecordingError(
            f"{header.path}: channel {signal.label!r} has the unit {signal.dimension!r}, expected uV, mV or V; "
            "name the channels that hold EEG by dataset.channels=[…], or correct the header."
        )


def _check_scaling(header: EdfHeader, signal: EdfSignal) -> None:
    try:
        low, high, first, last = (float(value) for value in signal.scaling)
        sound = signal.n_samples > 0 and np.isfinite([low, high]).all() and low != high and first < last
    except ValueError:
        sound = False
    if not sound:
        raise BadRecordingError(
            f"{header.path}: channel {signal.label!r} has no usable scaling: physical and digital limits are "
            f"{', '.join(signal.scaling)}, with {signal.n_samples} samples a record; export it again."
        )
