"""Labels in the signal file itself: its annotations, or the codes of a trigger channel."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import mne

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.label_list import Clock, check_known
from eegbench.dataset.signal_file import is_gap, open_any, open_signal, start_of
from eegbench.dataset.timed_texts import EPOCH_EDGE, Mark, annotations, is_bad, lasting

IN_SIGNAL = ("annotations", "triggers")
"""Values of ``dataset.labels_from`` for labels in the signal file."""

MARKER_TYPES = ("Stimulus/", "Response/")
"""Prefixes that MNE adds to the texts of BrainVision markers, also in recordings converted by MNE."""

BIOSEMI_CODE = 0xFFFF
"""Trigger bits of a BioSemi status channel; the other bits describe the amplifier."""


def marks_in_signal(raw: "mne.io.BaseRaw", path: Path, labels_from: str, known: Collection[str]) -> list[Mark]:
    """Return the labels in the signal file, from its annotations or its triggers."""
    return trigger_marks(path) if labels_from == "triggers" else labels_in(raw, path, known)


def clock_of(path: Path, raw: "mne.io.BaseRaw") -> Clock:
    """Return the times of a recording that are needed to align a list of labels."""
    start, first_s = start_of(path, raw)
    return Clock(path, start, first_s, raw.n_times / raw.info["sfreq"], own_marks(raw))


def own_marks(raw: "mne.io.BaseRaw") -> list[Mark]:
    """Return the annotations relative to the first sample; those of at most one sample have no duration."""
    least_s = 1.5 / raw.info["sfreq"]
    rows = zip(raw.annotations.onset, raw.annotations.duration, raw.annotations.description, strict=True)
    return [
        Mark(float(onset) - raw.first_time, float(duration) if duration > least_s else None, str(text).strip())
        for onset, duration, text in rows
        if text != EPOCH_EDGE
    ]


def bad_in(raw: "mne.io.BaseRaw", known: Collection[str]) -> list[Mark]:
    """Return the annotations that mark bad signal."""
    return [mark for mark in own_marks(raw) if is_bad(mark.text, known)]


def labels_in(raw: "mne.io.BaseRaw", path: Path, known: Collection[str]) -> list[Mark]:
    """Return the annotations as labels, in the spelling of known ones; the first segment's start is not a label."""
    of_brainvision = path.suffix.lower() == ".vhdr"
    marks = [
        replace(mark, text=spelled(mark.text, known)) if of_brainvision or mark.text.startswith(MARKER_TYPES) else mark
        for mark in own_marks(raw)
    ]
    first_s = 1.5 / raw.info["sfreq"]
    return [mark for mark in marks if mark.onset_s > first_s or not is_gap(mark.text)]


def spelled(text: str, known: Collection[str]) -> str:
    """Return a BrainVision marker in its known spelling: ``Stimulus/S  1``, ``S  1`` and ``S1`` are equivalent.

    Parameters
    ----------
    text
        Type and description of the marker, as joined by MNE.
    known
        Texts that have a class or are ignored.
    """
    if text in known:
        return text
    for short in (text, text.rstrip("/"), text.partition("/")[2]):
        plain = re.sub(r"\s", "", short)
        for name in known:
            if short and plain == re.sub(r"\s", "", name):
                return name
    return text


def trigger_marks(path: Path) -> list[Mark]:
    """Return a mark at each change of the trigger channels to a code other than 0, with the code as text.

    Raises
    ------
    BadRecordingError
        If there is no such channel.
    """
    raw = open_any(path)
    names = [name for name, kind in zip(raw.ch_names, raw.get_channel_types(), strict=True) if kind == "stim"]
    if not names:
        raise BadRecordingError(
            f"{path}: has no trigger channel (dataset.labels_from=triggers); set dataset.labels_from=annotations, "
            "which holds the markers of BrainVision, EEGLAB, GDF, CNT and EDF+."
        )
    mask = BIOSEMI_CODE if path.suffix.lower() == ".bdf" else None
    try:
        events = mne.find_events(
            raw,
            stim_channel=names,
            consecutive=True,
            shortest_event=1,
            mask=mask,
            mask_type="and",
            verbose="ERROR",
        )
    except (ValueError, RuntimeError) as error:
        raise BadRecordingError(f"{path}: its trigger channel {', '.join(names)} cannot be read ({error}).") from error
    sfreq = float(raw.info["sfreq"])
    return [Mark((int(sample) - raw.first_samp) / sfreq, None, str(int(code))) for sample, _, code in events]


def open_annotated(
    path: Path,
    *,
    channels: Sequence[str] | None,
    may_lack_channels: bool,
    labels: Mapping[str, str],
    ignored: Sequence[str],
) -> "mne.io.BaseRaw":
    """Open a recording with its own annotations as labels: all must be known; they last as stated or to the next one.

    Raises
    ------
    BadRecordingError
        See `open_signal` and `check_known`.
    """
    raw = open_signal(path, channels=channels, may_lack_channels=may_lack_channels, read_across=ignored)
    length_s = raw.n_times / raw.info["sfreq"]
    known = {*labels, *ignored}
    marks = lasting(labels_in(raw, path, known), length_s, known)
    check_known(path, marks, labels, ignored)
    return raw.set_annotations(annotations(marks, shift_s=0.0, length_s=length_s), emit_warning=False, verbose="ERROR")
