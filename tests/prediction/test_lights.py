"""A table of lights off and on, by recording."""

from pathlib import Path

import pytest

from eegbench.prediction.lights import Lights, check_named, read_lights
from eegbench.types import Recording


def written(tmp_path, text):
    (tmp_path / "lights.csv").write_text(text)
    return tmp_path / "lights.csv"


def test_a_table_names_times_by_recording_and_leaves_cells_empty(tmp_path):
    found = read_lights(written(tmp_path, "recording,lights_off,lights_on\nn1,23:10,6:30\nn2,,n/a\nn3,12,\n"))
    assert found == {"n1": Lights("23:10", "6:30"), "n2": Lights(), "n3": Lights("12")}


def test_semicolons_separate_columns_as_commas_do(tmp_path):
    found = read_lights(written(tmp_path, "recording;lights_off;lights_on\nn1;23:10;6:30\n"))
    assert found == {"n1": Lights("23:10", "6:30")}


def test_a_cell_that_is_no_time_is_named_with_its_line(tmp_path):
    with pytest.raises(ValueError, match=r"lights\.csv, line 2: lights off at 'late': a time of day is written 23:10"):
        read_lights(written(tmp_path, "recording,lights_off,lights_on\nn1,late,\n"))


def test_a_table_of_other_columns_is_refused_with_those_that_it_has(tmp_path):
    with pytest.raises(ValueError, match="has the columns night, off; .* columns recording, lights_off, lights_on and"):
        read_lights(written(tmp_path, "night,off\nn1,3\n"))


def test_a_recording_with_two_rows_or_without_a_name_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"lights\.csv: lines 2 and 4 both name n1; leave one of them"):
        read_lights(written(tmp_path, "recording,lights_off,lights_on\nn1,1,\nn2,1,\nn1,2,\n"))
    with pytest.raises(ValueError, match=r"lights\.csv, line 2: the cell of the column recording is empty"):
        read_lights(written(tmp_path, "recording,lights_off,lights_on\n,1,\n"))


def test_a_table_that_is_not_there_a_folder_and_an_empty_file_are_refused(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"--lights .*none\.csv: there is no such file; a table with the columns"
    ):
        read_lights(tmp_path / "none.csv")
    with pytest.raises(
        FileNotFoundError, match="is a folder; a table with the columns recording, lights_off, lights_on"
    ):
        read_lights(tmp_path)
    with pytest.raises(ValueError, match=r"--lights .*lights\.csv: is empty"):
        read_lights(written(tmp_path, ""))


@pytest.mark.parametrize(
    ("text", "remedy"),
    [("22.10", "written 22:10 or 22:10:30, .* e\\.g\\. 22"), ("12.5", "written 23:10"), ("22h10", "written 23:10")],
)
def test_a_time_with_a_dot_is_refused_with_its_right_spelling(text, remedy):
    with pytest.raises(ValueError, match=f"lights on at '{text}': a time of day is {remedy}"):
        Lights("22:00", text)


def test_lights_of_a_recording_that_is_not_there_are_refused():
    there = [Recording("n1", "n1", "1", Path("n1.edf"))]
    check_named({"n1": Lights("23:10")}, there)
    with pytest.raises(ValueError, match="--lights: n2: no such recording; there are n1"):
        check_named({"n1": Lights(), "n2": Lights()}, there)


def test_what_is_no_time_is_refused_before_anything_is_read():
    with pytest.raises(ValueError, match="lights on at '25:00': a time of day"):
        Lights(None, "25:00")
