"""Reading of a night: a PSG with the stages of its hypnogram, cropped around sleep.

Conventions
-----------
Signal and stages are aligned by the time of the first sample and the start of the hypnogram. As in common tutorials,
the crop keeps a number of minutes before the first and after the last sleep stage and includes the complete last stage.
Its end is exclusive, and it is limited to the recording. Stages beyond the recording are cut at its end. A stage
without a duration lasts until the next one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import mne
import numpy as np
from jaxtyping import Float

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.edf import open_edf
from eegbench.dataset.label_file import read_edf_list
from eegbench.dataset.label_list import LabelStart
from eegbench.dataset.label_start import shift_s
from eegbench.dataset.night_pairs import PSG, partner
from eegbench.dataset.signal_labels import clock_of
from eegbench.dataset.timed_texts import annotations, lasting
from eegbench.types import Recording


def read_night(
    recording: Recording,
    *,
    channels: Sequence[str],
    may_lack_channels: bool,
    crop_wake_min: float | None,
    hypnogram_start: LabelStart,
    labels: Mapping[str, str],
    ignored: Sequence[str],
    wake: str,
) -> "mne.io.BaseRaw":
    """Open one night in volts with its stages as annotations, cropped around sleep if it has any stages.

    Parameters
    ----------
    recording
        Recording with the two files.
    channels, may_lack_channels
        See `open_edf`.
    crop_wake_min
        Minutes of wake to keep before and after sleep; None keeps all.
    hypnogram_start
        Origin of the hypnogram's times.
    labels, ignored
        Class names by description, and descriptions without a class.
    wake
        Class of wake.

    Raises
    ------
    BadRecordingError
        If a file is damaged or lacks its partner, the two do not belong together, a label is unknown, or no stage has
        a class.
    """
    if recording.signal == recording.labels:
        raise BadRecordingError(
            f"{recording.labels}: has no recording; {partner(recording.labels, PSG)} is expected next to it, "
            "or take the hypnogram out of the folder."
        )
    raw = open_edf(recording.signal, channels=channels, may_lack_channels=may_lack_channels)
    if recording.labels is None:
        return raw.set_annotations(mne.Annotations([], [], []), verbose="ERROR")
    length_s = raw.n_times / raw.info["sfreq"]
    stages = _stages(raw, recording.signal, recording.labels, hypnogram_start, {*labels, *ignored})
    if not set(stages.description) & set(labels):
        raise BadRecordingError(
            f"{recording.labels}: no stage in the {length_s:g} s of the record has a class; map its labels in "
            "dataset.labels, or set dataset.labelled=false to read the folder without labels."
        )
    raw.set_annotations(stages, emit_warning=False, verbose="ERROR")
    if crop_wake_min is None:
        return raw
    return cropped_around_sleep(raw, stages, sleep_labels(labels, wake), crop_wake_min, recording.labels)


def sleep_labels(labels: Mapping[str, str], wake: str) -> tuple[str, ...]:
    """Return the descriptions that are sleep: those of every class except wake."""
    return tuple(text for text, name in labels.items() if name != wake)


def cropped_around_sleep(
    raw: "mne.io.BaseRaw", stages: "mne.Annotations", sleep: Collection[str], crop_wake_min: float, labels: Path
) -> "mne.io.BaseRaw":
    """Crop a recording to some minutes around sleep, given stages relative to its first sample; see `wake_crop`.

    Raises
    ------
    BadRecordingError
        If there is no sleep; the message names the label file.
    """
    length_s = raw.n_times / raw.info["sfreq"]
    try:
        tmin, tmax = wake_crop(stages.onset, stages.duration, stages.description, sleep, crop_wake_min, length_s)
    except ValueError as error:
        raise BadRecordingError(f"{labels}: {error}") from error
    if tmax >= length_s:  # an exclusive end would lose the last sample
        return raw.crop(tmin, verbose="ERROR")
    return raw.crop(tmin, tmax, include_tmax=False, verbose="ERROR")


def wake_crop(
    onset: Sequence[float] | Float[np.ndarray, "n"],
    duration: Sequence[float] | Float[np.ndarray, "n"],
    description: Iterable[str],
    sleep: Collection[str],
    crop_wake_min: float,
    length_s: float,
) -> tuple[float, float]:
    """Return start and end (exclusive) in seconds of the part around sleep.

    Parameters
    ----------
    onset, duration, description
        Onset and duration in seconds, and description, of each stage.
    sleep
        Descriptions that are sleep.
    crop_wake_min
        Minutes to keep before the first and after the last sleep stage.
    length_s
        Length of the recording in seconds.

    Raises
    ------
    ValueError
        If there is no sleep.
    """
    asleep = np.array([text in sleep for text in description], dtype=bool)
    if not asleep.any():
        raise ValueError(
            f"no sleep stage in the {length_s:g} s of the record, so there is nothing to crop around; "
            "set dataset.crop_wake_min=null to keep whole records."
        )
    first, stop = np.asarray(onset)[asleep], (np.asarray(onset) + np.asarray(duration))[asleep]
    return max(float(first.min()) - 60 * crop_wake_min, 0.0), min(float(stop.max()) + 60 * crop_wake_min, length_s)


def _stages(
    raw: "mne.io.BaseRaw", signal: Path, hypnogram: Path, counted_from: LabelStart, known: set[str]
) -> "mne.Annotations":
    """Read the hypnogram, and align it with the samples of the PSG."""
    clock, found = clock_of(signal, raw), read_edf_list(hypnogram)
    _check_known(hypnogram, sorted({mark.text for mark in found.marks} - known))
    shift = shift_s(found, clock, counted_from)
    return annotations(lasting(found.marks, clock.length_s - shift, known), shift_s=shift, length_s=clock.length_s)


def _check_known(hypnogram: Path, unknown: Sequence[str]) -> None:
    if unknown:
        raise BadRecordingError(
            f"{hypnogram}: has the labels {', '.join(map(repr, unknown))}, which are neither in dataset.labels nor "
            "in dataset.ignored. Choose dataset/labels=aasm or another of the shipped ones, type "
            "'dataset.labels={TEXT: CLASS, …}', or add them to dataset.ignored=[…]."
        )
