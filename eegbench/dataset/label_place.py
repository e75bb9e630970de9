"""Alignment of a list of labels with its recording, and checks that the two fit."""

import logging
from dataclasses import replace

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.label_list import Clock, LabelList, LabelStart
from eegbench.dataset.label_start import shift_s
from eegbench.dataset.timed_texts import Mark
from eegbench.score.render import plural

_log = logging.getLogger(__name__)

MIN_FOLLOWING = 10
"""Minimum number of labels without gaps that count as a hypnogram of the complete recording."""

TOUCHING_S = 0.01
"""Tolerance in seconds between consecutive labels."""

LEAST_COVERED = 0.5
"""Minimum fraction of a recording that such labels must cover; if they cover less, their unit is wrong."""

MOST_OUTSIDE = 0.1
"""Maximum fraction of labels outside of the recording, and of a recording that is not covered by epochs."""


def laid_on(found: LabelList, clock: Clock, counted_from: LabelStart) -> list[Mark]:
    """Return the labels of a list in seconds from the first sample of a recording.

    Raises
    ------
    BadRecordingError
        If the start of either is unknown, or the two contradict each other or differ in length.
    """
    shift = shift_s(found, clock, counted_from)
    check_place(found, clock, shift, counted_from)
    return [replace(mark, onset_s=mark.onset_s + shift) for mark in found.marks]


def check_place(found: LabelList, clock: Clock, shift: float, counted_from: LabelStart) -> None:
    """Raise an error if a list and its recording differ in length: another unit, or another recording's labels.

    Raises
    ------
    BadRecordingError
        If over a tenth of the labels begin outside the recording, or epochs leave out over a tenth of it.
    """
    onsets = [mark.onset_s + shift for mark in found.marks]
    outside = [onset for onset in onsets if not -1e-6 <= onset < clock.length_s]
    if len(outside) > MOST_OUTSIDE * len(onsets):
        raise BadRecordingError(
            f"{found.path}: {len(outside)} of {plural(len(onsets), 'label')} begin outside the {clock.length_s:g} s of "
            f"{clock.path.name}, the first at {outside[0]:g} s. Check that the two belong together, that times are in "
            f"seconds, dataset.table.epoch_s, and dataset.hypnogram_start={counted_from} (file | clock | lights_off)."
        )
    if found.epoch_s is None and counted_from == "file":
        _check_covered(found, clock)
    covered_s = len(found.marks) * (found.epoch_s or 0.0)
    if found.epoch_s and counted_from == "file" and covered_s < (1 - MOST_OUTSIDE) * clock.length_s:
        raise BadRecordingError(
            f"{found.path}: {plural(len(found.marks), 'label')} of {found.epoch_s:g} s cover {covered_s:g} s of the "
            f"{clock.length_s:g} s of {clock.path.name}. Set dataset.table.epoch_s to the length of an epoch, "
            "dataset.hypnogram_start=lights_off where the list begins later, or add a column onset."
        )


def _check_covered(found: LabelList, clock: Clock) -> None:
    """Raise an error for labels without gaps that cover little of the recording; log a note if they cover more."""
    marks = sorted(found.marks, key=lambda mark: mark.onset_s)
    lasting = [(mark.onset_s, mark.duration_s) for mark in marks if mark.duration_s is not None]
    if len(lasting) < max(MIN_FOLLOWING, len(marks)):
        return
    ends = [onset + duration for onset, duration in lasting]
    if any(abs(onset - end) > TOUCHING_S for (onset, _), end in zip(lasting[1:], ends, strict=False)):
        return
    covered_s = sum(duration for _, duration in lasting)
    told = f"{len(marks)} labels that follow each other cover {covered_s:g} s of the {clock.length_s:g} s of"
    remedy = "times are to be in seconds, and dataset.hypnogram_start=lights_off where they count from lights off"
    if covered_s < LEAST_COVERED * clock.length_s:
        raise BadRecordingError(
            f"{found.path}: {told} {clock.path.name}: {remedy}; where the rest has no label, add a row for it with the "
            "label n/a."
        )
    if covered_s < (1 - MOST_OUTSIDE) * clock.length_s:
        _log.info("%s: %s %s; %s.", found.path.name, told, clock.path.name, remedy)
