"""Lists of stages, statistics from lights off to lights on, and the line of a night."""

import pytest
from staged_nights import EVENING, staged

from eegbench.dataset import BadRecordingError
from eegbench.prediction.lights import Lights
from eegbench.prediction.tables import night_statistics, stage_list, summary_row

STAGES = ["W", "W", "N1", "N2", "W", "N3", "R", "W"]


def test_stages_have_the_numbers_of_consensus_and_gaps_have_none():
    assert stage_list(staged(STAGES)).tolist() == [0, 0, 1, 2, 0, 3, 4, 0]
    at = [12, 42, 72, 132, 162, 192, 222, 252]  # none begins at 102
    assert stage_list(staged(STAGES, at=at)).tolist() == [0, 0, 1, -1, 2, 0, 3, 4, 0]


def test_a_night_that_begins_late_in_its_file_keeps_its_place():
    assert stage_list(staged(STAGES, at=[60 + 30 * i for i in range(8)])).tolist()[:4] == [-1, -1, 0, 0]


def test_epochs_at_both_ends_that_no_window_answers_for_have_no_stage():
    night = staged(STAGES, at=[60 + 30 * i for i in range(8)], begin_s=0.0, length_s=30.0 * 12 + 29)
    assert stage_list(night).tolist() == [-1, -1, 0, 0, 1, 2, 0, 3, 4, 0, -1, -1]
    found = night_statistics(night, Lights())
    assert (found["recording_time"], found["unscored"], found["total_sleep_time"]) == (6.0, 2.0, 2.0)
    assert night_statistics(night, Lights("0", "6"))["recording_time"] == 6.0


def test_without_lights_a_night_is_its_recording():
    found = night_statistics(staged(STAGES, at=[60 + 30 * i for i in range(8)]), Lights())
    assert found["recording_time"] == 4.0
    assert found["sleep_onset_latency"] == 1.0
    assert found["total_sleep_time"] == 2.0
    assert found["wake_after_sleep_onset"] == 1.0
    assert found["rem_latency"] == 2.0
    assert found["sleep_efficiency"] == 50.0


@pytest.mark.parametrize(("off", "on"), [("0", "3"), ("22:58:30", "23:01:30"), ("22:58:30", "3")])
def test_lights_cut_a_night_by_minutes_or_by_the_clock(off, on):
    found = night_statistics(staged(STAGES, start=EVENING), Lights(off, on))  # from 22:58:30
    assert found["recording_time"] == 3.0
    assert found["sleep_onset_latency"] == 1.0
    assert found["wake_after_sleep_onset"] == 0.5
    assert found["sleep_efficiency"] == 50.0


def test_a_time_of_day_after_midnight_lies_in_the_same_night():
    off, _ = Lights("0:10").seconds(EVENING, 0.0)
    assert off == 71.5 * 60


def test_a_time_of_day_without_a_start_and_lights_that_do_not_fit_name_the_recording():
    with pytest.raises(BadRecordingError, match=r"night\.edf: lights off at 23:10, .* does not say when it starts"):
        night_statistics(staged(STAGES), Lights("23:10"))
    with pytest.raises(BadRecordingError, match=r"on at 23:59: the recording starts at 22:58:30 and lasts 4\.2 min"):
        night_statistics(staged(STAGES, start=EVENING), Lights("100", "23:59"))


def test_what_is_no_time_is_refused_before_anything_is_read():
    with pytest.raises(ValueError, match="lights on at '25:00': a time of day"):
        Lights(None, "25:00")


def test_the_line_of_a_night_counts_classes_and_leaves_flagged_epochs_out_of_confidence():
    night = staged(STAGES)
    night.epochs.loc[:1, "flat"] = True
    night.probabilities[:2] = [0, 1, 0, 0, 0]
    row = summary_row(night, night_statistics(night, Lights()))
    assert row["total_sleep_time_min"] == 2.0
    assert row["sleep_efficiency_percent"] == 50.0
    assert row["epochs_W"] == 4
    assert row["n_flat"] == 2
    assert row["mean_confidence"] == pytest.approx(0.6)
    assert row["unstaged_s"] == 12.0
