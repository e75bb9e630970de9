"""A table of lights off and on, by recording."""

from pathlib import Path

import pytest

from eegbench.prediction.lights import Lights, check_named, read_lights
from eegbench.types import Recording


def test_a_table_names_times_by_recording_and_leaves_cells_empty(tmp_path):
    (tmp_path / "lights.csv").write_text("recording,lights_off,lights_on\nn1,23:10,6:30\nn2,,n/a\nn3,12.5,\n")
    found = read_lights(tmp_path / "lights.csv")
    assert found == {"n1": Lights("23:10", "6:30"), "n2": Lights(), "n3": Lights("12.5")}


def test_a_cell_that_is_no_time_is_named_with_its_line(tmp_path):
    (tmp_path / "lights.csv").write_text("recording,lights_off,lights_on\nn1,late,\n")
    with pytest.raises(ValueError, match=r"lights\.csv, line 2: lights off at 'late'"):
        read_lights(tmp_path / "lights.csv")
    (tmp_path / "lights.csv").write_text("night,off\nn1,3\n")
    with pytest.raises(ValueError, match="with the columns recording, lights_off, lights_on"):
        read_lights(tmp_path / "lights.csv")


def test_lights_of_a_recording_that_is_not_there_are_refused():
    there = [Recording("n1", "n1", "1", Path("n1.edf"))]
    check_named({"n1": Lights("23:10")}, there)
    with pytest.raises(ValueError, match="--lights: n2: there is no such recording; there are n1"):
        check_named({"n1": Lights(), "n2": Lights()}, there)
