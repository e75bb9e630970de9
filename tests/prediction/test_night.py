"""Sleep statistics from lights off to lights on, and warnings about lights that do not fit."""

import numpy as np
import pytest
from staged_nights import EVENING, staged

from eegbench.prediction.lights import Lights
from eegbench.prediction.night import Night, clock_time, night_of

STAGES = ["W", "W", "N1", "N2", "W", "N3", "R", "W"]


def test_epochs_at_both_ends_that_no_window_answers_for_are_neither_sleep_nor_wake():
    night = staged(STAGES, at=[60 + 30 * i for i in range(8)], begin_s=0.0, length_s=30.0 * 12 + 29)
    found = night_of(night, Lights()).statistics
    assert (found["recording_time"], found["unscored"], found["total_sleep_time"]) == (6.0, 2.0, 2.0)
    assert (found["sleep_onset_latency"], found["sleep_efficiency"]) == (1.0, 50.0)


def test_half_an_hour_of_which_windows_of_a_context_stage_the_middle_is_all_asleep():
    night = staged(["N2"] * 40, at=[300 + 30 * i for i in range(40)], begin_s=0.0, length_s=1800.0)
    found = night_of(night, Lights("0", "30")).statistics
    assert (found["recording_time"], found["unscored"]) == (30.0, 10.0)
    assert (found["sleep_onset_latency"], found["sleep_efficiency"]) == (0.0, 100.0)


def test_without_lights_a_night_is_its_recording():
    found = night_of(staged(STAGES, at=[60 + 30 * i for i in range(8)]), Lights()).statistics
    assert found["recording_time"] == 4.0
    assert found["sleep_onset_latency"] == 1.0
    assert found["total_sleep_time"] == 2.0
    assert found["wake_after_sleep_onset"] == 1.0
    assert found["rem_latency"] == 2.0
    assert found["sleep_efficiency"] == 50.0


@pytest.mark.parametrize(("off", "on"), [("0", "3"), ("22:58:30", "23:01:30"), ("22:58:30", "3")])
def test_lights_cut_a_night_by_minutes_or_by_the_clock(off, on):
    found = night_of(staged(STAGES, start=EVENING), Lights(off, on)).statistics  # from 22:58:30
    assert found["recording_time"] == 3.0
    assert found["sleep_onset_latency"] == 1.0
    assert found["wake_after_sleep_onset"] == 0.5
    assert found["sleep_efficiency"] == 50.0


def test_a_time_of_day_after_midnight_lies_in_the_same_night():
    off, _ = Lights("0:10").seconds(EVENING, 0.0)
    assert off == 71.5 * 60


def test_lights_are_rounded_to_epochs_and_told_as_seconds_and_time_of_day():
    night = staged(STAGES, start=EVENING)
    found = night_of(night, Lights("22:59:10", "2"))
    assert (found.trust, found.off_s, found.on_s) == ("ok", 30.0, 120.0)
    assert (clock_time(night, found.off_s), clock_time(night, found.on_s)) == ("22:59:00", "23:00:30")
    assert clock_time(staged(STAGES), 30.0) == ""
    assert (night_of(night, Lights()).off_s, night_of(night, Lights()).on_s) == (None, None)


@pytest.mark.parametrize(
    ("lights", "start", "warning"),
    [
        (Lights("23:10"), None, "lights off at 23:10, but the recording does not say when it starts and lasts 4.2 min"),
        (Lights("10"), None, "lights off at 10, but the recording does not say when it starts and lasts 4.2 min"),
        (Lights("100", "23:59"), EVENING, "lights off at 100, on at 23:59, but the recording starts at 22:58:30 and"),
        (Lights("3", "2"), None, "lights off at 3, on at 2, but the recording"),
    ],
)
def test_lights_that_do_not_fit_leave_a_night_without_statistics_and_a_warning(lights, start, warning):
    night = night_of(staged(STAGES, start=start), lights)
    assert night.trust == "missing"
    assert np.isnan(list(night.statistics.values())).all()
    assert night.warnings[0].startswith(f"no sleep statistics: {warning}")


def test_statistics_of_a_night_most_of_whose_epochs_are_flagged_are_unreliable():
    night = staged(STAGES)
    night.epochs.loc[:3, "flat"] = True
    assert night_of(night, Lights()).trust == "ok"
    night.epochs.loc[4, "marked_bad"] = True
    assert night_of(night, Lights()).trust == "unreliable"


def test_trials_have_no_statistics_and_lights_that_were_given_for_them_are_told():
    trials = staged(STAGES, is_trials=True)
    assert night_of(trials, Lights()) == Night()
    assert night_of(trials, Lights("0", "3")) == Night(
        warnings=("lights are not used: trials have no sleep statistics",)
    )
