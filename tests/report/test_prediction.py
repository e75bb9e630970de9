"""Output of `eegbench predict`: shares and statistics between lights off and on, and notes about them."""

from pathlib import Path

import pandas as pd
from staged_nights import CLASSES, EVENING, staged

from eegbench.prediction.batch import Batch
from eegbench.prediction.lights import Lights
from eegbench.prediction.night import night_of
from eegbench.prediction.summary import summary_row
from eegbench.prediction.training_range import LEAST
from eegbench.report.prediction import print_predictions
from eegbench.types import Recording

STAGES = ["W", "W", "N1", "N2", "W", "N3", "R", "W"]


def named(name):
    return Recording(name, "me", "1", Path(f"{name}.edf"))


def printed(capsys, *nights, lights=None):
    rows = [summary_row(one, night_of(one, lights or Lights())) for one in nights]
    print_predictions(Batch(pd.DataFrame(rows), None, None), Path("out"), CLASSES)
    return capsys.readouterr().out


def cells(text):
    """Return the cells of the night's row of the table."""
    return next(line for line in text.splitlines() if line.strip().startswith("night ")).split()


def test_shares_and_total_sleep_time_are_of_the_whole_recording_without_lights(capsys):
    text = printed(capsys, staged(STAGES))
    assert cells(text)[3:9] == ["2.0", "50.0", "12.5", "12.5", "12.5", "12.5"]  # TST, W, N1, N2, N3, R
    assert "lights" not in text


def test_shares_and_total_sleep_time_are_of_the_time_between_lights_off_and_on(capsys):
    text = printed(capsys, staged(STAGES, start=EVENING), lights=Lights("22:59:30", "3"))
    assert cells(text)[3:9] == ["1.5", "25.0", "25.0", "25.0", "25.0", "0.0"]
    assert "night: lights off at 22:59:30 (1 min), on at 23:01:30 (3 min)" in text
    assert "TST and shares of stages refer to the staged time between lights off and on." in text


def test_lights_of_a_recording_without_a_start_are_told_in_minutes(capsys):
    assert "night: lights off at 1 min from the first sample\n" in printed(capsys, staged(STAGES), lights=Lights("1"))


def test_numbers_of_a_night_that_is_mostly_flagged_are_marked(capsys):
    night = staged(STAGES)
    night.epochs["flat"] = True
    text = printed(capsys, night)
    assert cells(text)[3:5] == ["2.0?", "50.0?"]
    assert "? marks recordings with most epochs flagged" in text


def test_recordings_that_are_too_short_to_be_compared_with_train_are_told_once_with_their_windows(capsys):
    short, shorter, long = (
        staged(STAGES, n_usable=n, compared="yes" if n >= LEAST else "too_few_windows", recording=recording)
        for n, recording in ((19, named("a")), (0, named("b")), (20, named("c")))
    )
    text = " ".join(printed(capsys, short, shorter, long).split())
    assert "2 of 3 recordings not compared with train: fewer than 20 windows are usable (a 19, b 0). Check" in text
    assert text.count("compared with train") == 1
    assert "compared" not in printed(capsys, long)


def test_a_night_whose_lights_do_not_fit_has_shares_and_the_reason(capsys):
    text = printed(capsys, staged(STAGES), lights=Lights("10"))
    assert cells(text)[3:6] == ["–", "50.0", "12.5"]
    assert "night: no sleep statistics: lights off at 10, but the recording" in text
