"""Subject of a recording: by folder, file, pattern or table, and never by guessing."""

from pathlib import Path

import pytest

from eegbench.dataset import BadRecordingError
from eegbench.dataset.recording_subject import RecordingSubject, recording_subjects

NAMES = ("s1/a.edf", "s1/b.edf", "s2/a.edf")


def ask(root: Path, subject: str | None = None, *, table: str | None = None, names=NAMES):
    if table is not None:
        (root / "subjects.csv").write_text(table)
    found = recording_subjects(root, {root / name: name.removesuffix(".edf") for name in names}, subject)
    return [found[root / name] for name in names]


def test_the_folder_below_the_root_is_the_subject(tmp_path: Path):
    assert (
        ask(tmp_path)
        == ask(tmp_path, "folder")
        == [RecordingSubject("s1"), RecordingSubject("s1"), RecordingSubject("s2")]
    )
    with pytest.raises(
        BadRecordingError, match=r"a\.edf: is not in a folder of a subject.*dataset\.subject=file.*subjects\.csv"
    ):
        ask(tmp_path, names=("a.edf",))


def test_each_file_may_be_another_person(tmp_path: Path):
    assert [one.subject for one in ask(tmp_path, "file")] == ["s1/a", "s1/b", "s2/a"]


def test_a_pattern_names_subject_session_and_run(tmp_path: Path):
    names = ("sub-01_ses-2_run-3.edf", "sub-01_ses-3.edf")
    pattern = r"(?P<subject>sub-\d+)_ses-(?P<session>\d)(_run-(?P<run>\d))?"
    assert ask(tmp_path, pattern, names=names) == [
        RecordingSubject("sub-01", "2", "3"),
        RecordingSubject("sub-01", "3", ""),
    ]
    with pytest.raises(BadRecordingError, match=r"x\.edf: dataset\.subject=.* matches nowhere in x\.edf"):
        ask(tmp_path, pattern, names=("x.edf",))
    with pytest.raises(
        ValueError, match=r"dataset\.subject=sub-..: folder, file, or a regular expression with a group"
    ):
        ask(tmp_path, "sub-..")
    with pytest.raises(ValueError, match="is not a regular expression"):
        ask(tmp_path, "(?P<subject>")


def test_a_table_of_recordings_says_who_with_age_and_sex(tmp_path: Path):
    table = "file,subject,session,age,sex\ns1/a.edf,anna,1,30,F\ns1/b.edf,bert,1,41.5,male\ns2/a.edf,anna,2,31,F\n"
    assert ask(tmp_path, table=table) == [
        RecordingSubject("anna", "1", "", {"age": 30, "sex": "F"}),
        RecordingSubject("bert", "1", "", {"age": 41.5, "sex": "M"}),
        RecordingSubject("anna", "2", "", {"age": 31, "sex": "F"}),
    ]
    by_id = "recording;subject\ns1/a;anna\ns1/b;bert\ns2/a;anna\n"
    assert [one.subject for one in ask(tmp_path, table=by_id)] == ["anna", "bert", "anna"]


def test_a_table_of_subjects_adds_facts_to_those_of_folders(tmp_path: Path):
    assert [one.facts for one in ask(tmp_path, table="subject,age,sex\ns1,30,F\ns2,,m\n")] == [
        {"age": 30, "sex": "F"},
        {"age": 30, "sex": "F"},
        {"sex": "M"},
    ]


def test_a_table_may_be_participants_tsv_of_bids_and_subjects_csv_comes_first(tmp_path: Path):
    names = ("sub-01/a.edf", "sub-02/a.edf")
    (tmp_path / "participants.tsv").write_text("Participant_ID\tage\tsex\thand\nsub-01\t30\tF\tr\nsub-02\tn/a\tO\tl\n")
    assert [(one.subject, one.facts) for one in ask(tmp_path, names=names)] == [
        ("sub-01", {"age": 30, "sex": "F"}),
        ("sub-02", {}),
    ]
    plain = ask(tmp_path, r"sub-(?P<subject>\d+)", names=names)
    assert [(one.subject, one.facts) for one in plain] == [("01", {"age": 30, "sex": "F"}), ("02", {})]
    by_file = "file\tparticipant_id\nsub-01/a.edf\tsub-1\nsub-02/a.edf\tsub-1\n"
    (tmp_path / "participants.tsv").write_text(by_file)
    assert [one.subject for one in ask(tmp_path, names=names)] == ["1", "1"]
    assert [one.subject for one in ask(tmp_path, names=names, table="recording;subject\nsub-01/a;x\nsub-02/a;y\n")] == [
        "x",
        "y",
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("file,subject\ns1/a.edf,anna\n", r"has 0 rows for s1/b\.edf in the column file"),
        ("file,subject\ns1/a.edf,anna\ns1/a.edf,bert\n", r"has 2 rows for s1/a\.edf in the column file"),
        ("file,subject\ns1/a.edf,\n", r"names no subject for s1/a\.edf in the column file, and one row with a subject"),
        ("file,subject\ns1/a.edf,n/a\n", r"names no subject for s1/a\.edf in the column file"),
        ("file,name\ns1/a.edf,anna\n", r"has the columns file, name; subject \(or participant_id\) is expected"),
        ("subject,age\ns1,30\n", r"has no row for subject s2"),
        ("subject,age\ns1,30\ns1,31\ns2,30\n", r"subject s1 has rows that differ"),
        ("subject,age\ns1,-3\ns2,30\n", r"subject s1 has the age '-3'; years from 0 to 120"),
        ("subject,age\ns1,thirty\ns2,30\n", r"subject s1 has age 'thirty'; a number is expected"),
    ],
)
def test_a_table_that_leaves_it_open_is_refused(tmp_path: Path, table: str, message: str):
    with pytest.raises(ValueError, match=rf"subjects\.csv: {message}"):
        ask(tmp_path, table=table)


def test_a_second_table_of_people_is_noted(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "participants.tsv").write_text("participant_id\tage\nsub-01\t30\n")
    with caplog.at_level("INFO"):
        ask(tmp_path, names=("sub-01/a.edf",), table="file,subject\nsub-01/a.edf,x\n")
    assert "participants.tsv is not read" in caplog.text


def test_rows_of_recordings_that_are_not_there_are_noted(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level("INFO"):
        ask(tmp_path, names=("s1/a.edf",), table="file,subject\ns1/a.edf,x\ns1/A.edf,y\n")
    assert "1 of its rows are of recordings that are not read: s1/A.edf" in caplog.text
