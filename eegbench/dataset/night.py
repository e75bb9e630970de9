"""Reads one night: a PSG with the stages of its hypnogram, cropped around sleep.

Conventions
-----------
The crop is that of the field's tutorials: so many minutes before the first and after the last sleep stage, the last
stage whole, the end exclusive, both clamped to the record. Stages that reach beyond the record are cut at its end.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import mne
import numpy as np
from jaxtyping import Float

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.edf import open_edf, read_edf_annotations
from eegbench.dataset.edf_header import read_header
from eegbench.dataset.night_list import PSG, partner
from eegbench.types import Recording

SLEEP = frozenset("1234R")
"""Last characters of the descriptions that are sleep, as in ``Sleep stage 2``."""


def read_night(
    recording: Recording,
    *,
    channels: Sequence[str],
    may_lack_channels: bool,
    crop_wake_min: float | None,
    labels: Mapping[str, str],
    ignored: Sequence[str],
) -> "mne.io.BaseRaw":
    """Open one night in volts with its stages as annotations, cropped around sleep where it has any stages.

    Raises
    ------
    BadRecordingError
        Where a file is damaged or lacks its partner, the two do not belong together, or a label is unknown.
    """
    if recording.signal == recording.labels:
        raise BadRecordingError(
            f"{recording.labels}: has no recording; {partner(recording.labels, PSG)} is expected beside it, "
            "or take the hypnogram out of the folder."
        )
    raw = open_edf(recording.signal, channels=channels, may_lack_channels=may_lack_channels)
    length_s = raw.n_times / raw.info["sfreq"]
    stages = _stages(recording, length_s, {*labels, *ignored})
    raw.set_annotations(stages, emit_warning=False, verbose="ERROR")
    if recording.labels is None or crop_wake_min is None:
        return raw
    try:
        tmin, tmax = wake_crop(stages.onset, stages.duration, stages.description, crop_wake_min, length_s)
    except ValueError as error:
        raise BadRecordingError(f"{recording.labels}: {error}") from error
    if tmax >= length_s:  # "up to tmax, exclusive" would lose the last sample there
        return raw.crop(tmin, verbose="ERROR")
    return raw.crop(tmin, tmax, include_tmax=False, verbose="ERROR")


def wake_crop(
    onset: Sequence[float] | Float[np.ndarray, "n"],
    duration: Sequence[float] | Float[np.ndarray, "n"],
    description: Iterable[str],
    crop_wake_min: float,
    length_s: float,
) -> tuple[float, float]:
    """Return first second and end (exclusive) of what is kept around sleep.

    Parameters
    ----------
    onset, duration
        Of each stage, in seconds, in order of time.
    description
        Sleep is what ends in 1, 2, 3, 4 or R.
    crop_wake_min
        Minutes to keep before the first and after the last sleep stage.
    length_s
        Length of the record in seconds.

    Raises
    ------
    ValueError
        Where there is no sleep.
    """
    asleep = [i for i, text in enumerate(description) if text[-1:] in SLEEP]
    if not asleep:
        raise ValueError(
            f"no sleep stage in the {length_s:g} s of the record, so there is nothing to crop around; "
            "set dataset.crop_wake_min=null to keep whole records."
        )
    first, last = asleep[0], asleep[-1]
    tmin = float(onset[first]) - 60 * crop_wake_min
    tmax = float(onset[last] + duration[last]) + 60 * crop_wake_min
    return max(tmin, 0.0), min(tmax, length_s)


def _stages(recording: Recording, length_s: float, known: set[str]) -> "mne.Annotations":
    """Read the hypnogram, check that it belongs to the PSG, and cut it at the end of the record."""
    hypnogram = recording.labels
    if hypnogram is None:
        return mne.Annotations([], [], [])
    stages = read_edf_annotations(hypnogram)
    _check_start(recording.signal, hypnogram)
    _check_known(hypnogram, sorted({str(text) for text in stages.description} - known))
    onset = np.asarray(stages.onset)
    duration = np.minimum(stages.duration, length_s - onset)
    inside = duration > 0
    return mne.Annotations(onset[inside], duration[inside], stages.description[inside])


def _check_start(signal: Path, hypnogram: Path) -> None:
    starts = read_header(signal).start, read_header(hypnogram).start
    if starts[0] != starts[1]:
        raise BadRecordingError(
            f"{hypnogram}: starts at {starts[1]} (dd.mm.yyhh.mm.ss) and {signal.name} at {starts[0]}; equal starts "
            "are expected, so check that the two are of one night."
        )


def _check_known(hypnogram: Path, unknown: Sequence[str]) -> None:
    if unknown:
        raise BadRecordingError(
            f"{hypnogram}: has the labels {', '.join(map(repr, unknown))}, which stand neither in dataset.labels nor "
            "in dataset.ignored; map them to a class in dataset.labels, or add them to dataset.ignored."
        )
