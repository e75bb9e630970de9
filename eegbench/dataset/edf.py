"""Opens an EDF, EDF+ or BDF lazily, or says in a sentence why it must not be used.

MNE reads the samples; before it does, the file is checked for all that MNE would pass over in silence:
sizes that disagree, gaps in time, units it does not scale, channels it would resample.
"""

import difflib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import mne
import numpy as np

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.channel_names import AmbiguousNameError, check_once, find
from eegbench.dataset.edf_annotations import EdfClock
from eegbench.dataset.edf_content import check_content
from eegbench.dataset.edf_header import ANNOTATIONS, EdfHeader, EdfSignal, read_header
from eegbench.dataset.marks import Mark
from eegbench.dataset.patient import patient_field

VOLTAGES = ("uV", "\u00b5V", "mV", "V")
"""Dimensions that MNE turns into volts; it takes any other, µV in UTF-8 among them, as volts unchanged."""


def open_edf(path: Path, *, channels: Sequence[str] | None, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
    """Open a recording in volts without loading its samples.

    Parameters
    ----------
    path
        An EDF, EDF+ or BDF file.
    channels
        Names to read, in this order, found among the labels by `eegbench.dataset.channel_names.find`; the channels then
        carry these names. A difference of two signals is made where no signal has its name, which loads the samples.
        None reads all signals under their own labels. All must share one sampling rate; none is resampled.
    may_lack_channels
        Whether labels that are missing are passed over, as long as one is there.

    Raises
    ------
    BadRecordingError
        Where the file is damaged, discontinuous, or lacks a channel in volts.
    """
    header, clock = check_content(read_header(path))
    chosen = _choose(header, channels, may_lack_channels=may_lack_channels)
    _check_signals(header, [signal for those in chosen.values() for signal in those])
    raw = _named(_open(header, _labels(chosen), clock.encoding), chosen)
    return raw.set_annotations(_on_samples(clock), emit_warning=False, verbose="ERROR")


def read_edf_annotations(path: Path) -> tuple[EdfHeader, tuple[Mark, ...]]:
    """Read the annotations of an EDF+ or BDF+, in seconds from the start in its header.

    Raises
    ------
    BadRecordingError
        Where the file is damaged or holds no annotations.
    """
    header, clock = check_content(read_header(path))
    if not header.annotations:
        raise BadRecordingError(
            f"{path}: has no signal called 'EDF Annotations', so it holds no labels; an EDF+ file is expected."
        )
    return header, clock.annotations


def first_sample_s(path: Path) -> float:
    """Return when the first sample was taken, in seconds from the start in the header, which has whole seconds."""
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
            warnings.simplefilter("ignore")  # all that matters was checked before, and is an error
            return read(
                header.path, include=labels, stim_channel=None, preload=False, encoding=encoding, verbose="ERROR"
            )
    except (ValueError, RuntimeError, OSError) as error:
        raise BadRecordingError(f"{header.path}: MNE cannot read it ({error}); export it again.") from error


def _labels(chosen: Mapping[str, Sequence[EdfSignal]]) -> list[str]:
    """Return the labels as MNE reads them, each once."""
    return list(dict.fromkeys(_label(signal) for those in chosen.values() for signal in those))


def _label(signal: EdfSignal) -> str:
    return signal.raw_label.decode("latin-1")


def _named(raw: "mne.io.BaseRaw", chosen: Mapping[str, Sequence[EdfSignal]]) -> "mne.io.BaseRaw":
    """Give signals the names that were asked for, in their order, and make the differences of two."""
    single = {_label(those[0]): name for name, those in chosen.items() if len(those) == 1}
    pairs = {name: [_label(signal) for signal in those] for name, those in chosen.items() if len(those) == 2}
    for name, (first, second) in pairs.items():
        raw.load_data(verbose="ERROR")
        raw = mne.set_bipolar_reference(raw, first, second, ch_name=name, drop_refs=False, verbose="ERROR")
    raw.reorder_channels([*single, *pairs])
    raw.rename_channels(single, verbose="ERROR")
    return raw.reorder_channels(list(chosen)) if pairs else raw


def _choose(
    header: EdfHeader, channels: Sequence[str] | None, *, may_lack_channels: bool
) -> dict[str, tuple[EdfSignal, ...]]:
    """Find the signals of each name: two where it stands for their difference, none where it may be missing."""
    check_once(channels or ())
    signals = {signal.label: signal for signal in header.signals if signal.label not in ANNOTATIONS}
    labels = [signal.label for signal in header.signals if signal.label not in ANNOTATIONS]
    if not labels:
        raise BadRecordingError(f"{header.path}: holds annotations only, no signal; a recording was expected.")
    found = {name: _find(header, name, labels) for name in (labels if channels is None else channels)}
    lacks_some = any(found.values())  # rather than all
    for name, those in found.items():
        if not those and not (may_lack_channels and lacks_some):
            remedy = " Set preprocessing.signal.missing_channels=mark to go on without it." if lacks_some else ""
            raise BadRecordingError(_no_channel(header, name, labels) + remedy)
    _check_once(header, found)
    return {name: tuple(signals[label] for label in those) for name, those in found.items() if those}


def _find(header: EdfHeader, name: str, labels: Sequence[str]) -> tuple[str, ...]:
    try:
        return find(name, labels)
    except AmbiguousNameError as error:
        raise BadRecordingError(f"{header.path}: {error}; name other channels, or rename them in the file.") from error


def _check_once(header: EdfHeader, found: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse two names for one signal."""
    first: dict[tuple[str, ...], str] = {}
    for name, those in found.items():
        if those and first.setdefault(those, name) != name:
            raise BadRecordingError(
                f"{header.path}: {first[those]!r} and {name!r} are both {' minus '.join(those)}; name it once."
            )


def _no_channel(header: EdfHeader, name: str, labels: list[str]) -> str:
    short = {label.removeprefix("EEG "): label for label in labels}
    near = [] if _is_electrode(name) else difflib.get_close_matches(name, [*labels, *short], n=1)
    hint = f"did you mean {short.get(near[0], near[0])!r}? It" if near else "it"
    shown = ", ".join(labels[:30]) + (f" and {len(labels) - 30} more" if len(labels) > 30 else "")
    return f"{header.path}: has no channel {name!r}; {hint} has {shown}."


def _is_electrode(name: str) -> bool:
    """Say whether a name, or each side of a derivation, is one of the 10-05 system: then it is no slip of the pen."""
    electrodes = mne.channels.make_standard_montage("colin27_1005").ch_names
    return all(part in electrodes for part in name.split("-"))


def _check_signals(header: EdfHeader, signals: Iterable[EdfSignal]) -> None:
    if header.record_s <= 0:
        raise BadRecordingError(f"{header.path}: a data record lasts {header.record_s:g} s; export it again.")
    rates: dict[float, str] = {}
    for signal in signals:
        _check_dimension(header, signal)
        _check_scaling(header, signal)
        rates.setdefault(header.sfreq(signal), signal.label)
    if len(rates) > 1:
        listed = ", ".join(f"{label} {rate:g} Hz" for rate, label in rates.items())
        raise BadRecordingError(
            f"{header.path}: the channels asked for have {len(rates)} sampling rates ({listed}); "
            "name channels of one rate."
        )


def _check_dimension(header: EdfHeader, signal: EdfSignal) -> None:
    if signal.dimension not in VOLTAGES:
        raise BadRecordingError(
            f"{header.path}: channel {signal.label!r} has the unit {signal.dimension!r}, expected uV, mV or V; "
            "name the channels that hold EEG, or correct the header."
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
