"""Row of a recording in ``predictions.csv``."""

import numpy as np
import pytest
from staged_nights import EVENING, staged

from eegbench.prediction.lights import Lights
from eegbench.prediction.night import Night, night_of
from eegbench.prediction.summary import summary_row

STAGES = ["W", "W", "N1", "N2", "W", "N3", "R", "W"]


def test_the_line_of_a_night_counts_classes_and_leaves_flagged_epochs_out_of_confidence():
    night = staged(STAGES)
    night.epochs.loc[:1, "flat"] = True
    night.probabilities[:2] = [0, 1, 0, 0, 0]
    row = summary_row(night, night_of(night, Lights()))
    assert row["total_sleep_time_min"] == 2.0
    assert row["sleep_efficiency_percent"] == 50.0
    assert row["epochs_W"] == 4
    assert row["n_flat"] == 2
    assert row["mean_confidence"] == pytest.approx(0.6)
    assert row["unstaged_s"] == 12.0


def test_the_line_of_a_night_has_the_lights_that_were_used():
    night = staged(STAGES, start=EVENING)
    row = summary_row(night, night_of(night, Lights("22:59:00")))
    assert (row["lights_off"], row["lights_off_min"], row["lights_on"]) == ("22:59:00", 0.5, "")
    assert np.isnan(row["lights_on_min"])
    assert row["statistics"] == "ok"


def test_the_line_of_a_night_whose_lights_do_not_fit_has_its_stages_and_the_reason():
    night = staged(STAGES, warnings=("quiet",))
    row = summary_row(night, night_of(night, Lights("10")))
    assert (row["statistics"], row["epochs_W"], row["problem"]) == ("missing", 4, "")
    assert row["warnings"].startswith("quiet; no sleep statistics: lights off at 10, but the recording")
    assert np.isnan(row["total_sleep_time_min"])


def test_recordings_without_sleep_stages_have_neither_lights_nor_statistics():
    row = summary_row(staged(STAGES), Night())
    assert not {"statistics", "lights_off", "lights_off_min"} & row.keys()
