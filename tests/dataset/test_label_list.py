"""Alignment of a list of labels with its recording: by seconds, by the clock, or from lights off."""

from datetime import date, datetime
from pathlib import Path

import pytest

from eegbench.dataset import BadRecordingError
from eegbench.dataset.label_list import Clock, LabelList
from eegbench.dataset.label_place import laid_on
from eegbench.dataset.timed_texts import Mark

SIGNAL = Path("night.edf")
TABLE = Path("night.csv")
EVENING = datetime(2024, 3, 1, 22, 0, 0)


def clock(*, start=EVENING, first_s=0.0, length_s=3600.0, notes=()) -> Clock:
    return Clock(SIGNAL, start, first_s, length_s, tuple(Mark(*note) for note in notes))


def listed(*onsets: float, **options) -> LabelList:
    return LabelList(TABLE, tuple(Mark(onset, 30.0, "W") for onset in onsets), **options)


def onsets(found: LabelList, on: Clock, counted_from: str) -> list[float]:
    return [mark.onset_s for mark in laid_on(found, on, counted_from)]


def test_seconds_count_from_the_first_sample():
    assert onsets(listed(0.0, 30.0), clock(first_s=0.5), "file") == [0.0, 30.0]


def test_a_list_that_names_the_recording_s_start_counts_from_there():
    same = listed(0.5, 30.5, start_s=22 * 3600.0, day=date(2024, 3, 1))
    assert onsets(same, clock(first_s=0.5), "file") == [0.0, 30.0]
    later = listed(0.0, 30.0, start_s=22 * 3600 + 60.0, day=date(2024, 3, 1))
    with pytest.raises(
        BadRecordingError, match=r"night\.csv: starts at 2024-03-01 22:01:00 and night\.edf at .*22:00:00"
    ):
        onsets(later, clock(), "file")
    assert onsets(later, clock(first_s=0.5), "clock") == [59.5, 89.5]


def test_a_header_without_a_start_counts_from_that_of_the_recording():
    assert onsets(listed(0.5, 30.5, from_header=True), clock(first_s=0.5), "file") == [0.0, 30.0]


def test_times_of_day_are_laid_by_the_clock_also_after_midnight():
    by_clock = listed(22 * 3600 + 90.0, 22 * 3600 + 120.0, by_clock=True)
    assert onsets(by_clock, clock(), "clock") == [90.0, 120.0]
    night = clock(start=datetime(2024, 3, 1, 23, 59, 0))
    assert onsets(listed(30.0, 60.0, by_clock=True), night, "clock") == [90.0, 120.0]
    assert onsets(listed(0.0, start_s=30.0), night, "clock") == [90.0]
    with pytest.raises(BadRecordingError, match=r"its onsets are times of day; set dataset\.hypnogram_start=clock"):
        onsets(by_clock, clock(), "file")


def test_what_says_no_time_of_day_lies_on_no_clock():
    with pytest.raises(BadRecordingError, match=r"night\.csv: has no times of day \(dataset\.hypnogram_start=clock\)"):
        onsets(listed(0.0), clock(), "clock")
    with pytest.raises(BadRecordingError, match=r"night\.edf: does not say at which time of day it starts"):
        onsets(listed(0.0, by_clock=True), clock(start=None), "clock")


def test_epochs_may_count_from_lights_off():
    notes = [(600.0, None, "Lights off"), (3000.0, None, "Lights on")]
    assert onsets(listed(0.0, 30.0, epoch_s=30.0), clock(notes=notes), "lights_off") == [600.0, 630.0]
    with pytest.raises(BadRecordingError, match=r"night\.edf: has 0 annotations of lights off, and one is expected"):
        onsets(listed(0.0), clock(), "lights_off")


def test_a_list_that_is_longer_than_its_recording_has_another_unit_or_is_another_s():
    in_ms = listed(0.0, 30e3, 60e3, 3e6)
    with pytest.raises(
        BadRecordingError, match=r"3 of 4 labels begin outside the 3600 s of night\.edf, the first at 30000 s"
    ):
        onsets(in_ms, clock(), "file")
    assert len(onsets(listed(*(30.0 * i for i in range(130))), clock(), "file")) == 130  # ten beyond the end


@pytest.mark.parametrize(("n", "epoch_s"), [(120, 20.0), (60, 30.0), (120, 40.0)])
def test_epochs_of_another_length_than_said_are_refused(n: int, epoch_s: float):
    found = listed(*(epoch_s * number for number in range(n)), epoch_s=epoch_s)
    with pytest.raises(BadRecordingError, match=r"dataset\.table\.epoch_s"):
        onsets(found, clock(), "file")
    whole = listed(*(30.0 * number for number in range(118)), epoch_s=30.0)
    assert len(onsets(whole, clock(), "file")) == 118


@pytest.mark.parametrize(("start_s", "told"), [(60.0, "60 s after"), (-60.0, "60 s before"), (12 * 3600.0, "43200 s")])
def test_a_list_that_names_another_time_of_day_than_its_recording_is_refused(start_s: float, told: str):
    own_s = (clock().start - datetime.combine(clock().start, datetime.min.time())).total_seconds()
    with pytest.raises(BadRecordingError, match=rf"says that the recording starts {told}.*hypnogram_start=clock"):
        onsets(listed(0.0, 30.0, start_s=(own_s + start_s) % 86400), clock(), "file")
    assert onsets(listed(0.0, 30.0, start_s=own_s), clock(), "file") == [0.0, 30.0]
