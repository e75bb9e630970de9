"""Labels in CSV, TSV and plain text: each form gives the same marks, and ambiguous files raise errors."""

from pathlib import Path

import pytest

from eegbench.dataset import BadRecordingError
from eegbench.dataset.label_table import TableForm, read_label_table

KNOWN = {"W", "N1", "N2", "0", "1", "2"}


def read(path: Path, text: str, *, column: str = "label", epoch_s: float = 30.0, encoding: str = "utf-8"):
    path.write_text(text, encoding=encoding)
    return read_label_table(path, TableForm(column=column, epoch_s=epoch_s), KNOWN)


def rows(path: Path, text: str, **options):
    return [(mark.onset_s, mark.duration_s, mark.text) for mark in read(path, text, **options).marks]


@pytest.mark.parametrize(
    "text",
    [
        "onset,duration,label\n0,30,W\n30,30,N2\n",
        "label,onset,duration\nW,0.0,30\nN2,30.0,30\n",
        "onset\tduration\tlabel\n0\t30\tW\n30\t30\tN2\n",
        "Onset; Duration; Label\n0,0; 30,0; W\n30,0; 30,0; N2\n\n",
        "\ufeffonset,duration,label\r\n0,30,W\r\n30,30,N2\r\n",
        'onset,duration,"label"\n0,30,"W"\n30,30,"N2"\n',
        "label\nW\nN2\n",
        "epoch,label\n1,W\n2,N2\n",
        "W\nN2\n",
    ],
)
def test_each_form_of_table_gives_the_same_labels(tmp_path: Path, text: str):
    assert rows(tmp_path / "a.csv", text) == [(0.0, 30.0, "W"), (30.0, 30.0, "N2")]


def test_a_label_without_a_duration_has_none_and_an_epoch_without_a_label_keeps_its_place(tmp_path: Path):
    assert rows(tmp_path / "a.tsv", "onset\tlabel\n0\tW\n45.5\tN2\n") == [(0.0, None, "W"), (45.5, None, "N2")]
    assert rows(tmp_path / "b.tsv", "onset\tduration\tlabel\n0\tn/a\tW\n") == [(0.0, None, "W")]
    text = "epoch,label\n0,W\n1,\n2,n/a\n3,N2\n"
    assert [text for *_, text in rows(tmp_path / "c.csv", text, epoch_s=20.0)] == ["W", "", "", "N2"]
    assert rows(tmp_path / "c.csv", text, epoch_s=20.0)[3] == (60.0, 20.0, "N2")


def test_numbers_are_labels_however_they_are_written(tmp_path: Path):
    assert [text for *_, text in rows(tmp_path / "a.txt", "0\n2\n1\n")] == ["0", "2", "1"]
    assert [text for *_, text in rows(tmp_path / "a.txt", "0.0\n2.0\n1.0\n")] == ["0", "2", "1"]


def test_of_several_scorers_one_column_is_taken(tmp_path: Path):
    text = "epoch,scorer_1,scorer_2\n0,W,N1\n1,N2,N2\n"
    assert [text for *_, text in rows(tmp_path / "a.csv", text, column="scorer_2")] == ["N1", "N2"]


def test_times_of_day_go_on_after_midnight(tmp_path: Path):
    found = read(tmp_path / "a.csv", "onset,label\n23:59:30,W\n00:00:00,N1\n0:00:30.5,N2\n")
    assert found.by_clock
    assert [mark.onset_s for mark in found.marks] == [86370.0, 86400.0, 86430.5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; a table is expected"),
        ("start,end,stage\n0,30,W\n", r"has no column label; its first line reads start, end, stage\. Name the column"),
        ("stage\nW\nN2\n", r"its first line reads stage\. .* dataset\.table\.column=NAME"),
        ("W\n\nN2\n", "has empty lines between its labels"),
        ("\nW\nN2\n", "has empty lines between its labels"),
        (
            "onset,label\n0,W\nx,N2\n",
            "line 3 has the onset 'x'; a number of seconds, or a time of day hh:mm:ss, is expected",
        ),
        ("onset,label\n0,W\nnan,N2\n", "line 3 has the onset 'nan'; a number of seconds, or"),
        ("onset,duration,label\n0,-1,W\n", r"line 2 has the duration -1 s; 0 or more are expected"),
        ("onset,duration,label\n0,0,30,W\n", "line 2 has 4 columns and the first line 3"),
        ("onset,label,label\n0,W,W\n", "has the column label twice"),
        ("epoch,label\n0,W\n2,N2\n", "line 3 is of epoch 2; epochs from 0 or 1 on"),
        ("epoch,label\n7,W\n8,N2\n", "line 2 is of epoch 7; epochs from 0 or 1 on"),
        ("onset,label\n22:00:00,W\n30,N2\n", "line 3 has the onset '30'; hh:mm:ss is expected"),
        ('onset,label\n0,"W\n', "is not a table"),
    ],
)
def test_what_is_not_clear_is_refused_with_the_line(tmp_path: Path, text: str, message: str):
    with pytest.raises(BadRecordingError, match=rf"a\.csv: .*{message}"):
        read(tmp_path / "a.csv", text)


def test_text_that_is_no_utf8_is_refused_and_so_is_an_epoch_of_no_length(tmp_path: Path):
    with pytest.raises(BadRecordingError, match="save it as UTF-8 text"):
        read(tmp_path / "a.csv", "onset,label\n0,Wäch\n", encoding="latin-1")
    with pytest.raises(ValueError, match=r"dataset\.table\.epoch_s=0"):
        TableForm(column="label", epoch_s=0.0)


@pytest.mark.parametrize(
    "text", ["label\nW\n\nN2\n", 'label\nW\n""\nN2\n', "label,by\nW,x\n,\nN2,x\n", "label\tby\nW\tx\n\t\nN2\tx\n"]
)
def test_an_empty_row_among_epochs_is_refused(tmp_path: Path, text: str):
    with pytest.raises(BadRecordingError, match="has empty lines between its labels"):
        read(tmp_path / "a.csv", text)
