"""Tables of subjects are read as spreadsheets write them; ambiguous values raise errors with their line."""

import re

import pytest

from eegbench.dataset.subject_table import age_and_sex, read_subjects

TEXT = "subject,age,sex,site\n00,30,F,Zürich\n01,31,M,Basel\n"


def read(path, raw):
    path.write_bytes(raw)
    return read_subjects(path, key="subject", columns=("age", "sex"))


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        (TEXT + ",,,\n\n").encode(),
        (TEXT + "00,30,F,Bern,\n").encode(),
    ],
    ids=["plain", "utf-8 mark", "utf-16", "utf-16 big", "windows", "semicolons", "tabs", "empty rows", "row again"],
)
def test_a_table_is_the_same_however_a_spreadsheet_saved_it(tmp_path, raw):
    rows = read(tmp_path / "subjects.csv", raw)
    assert {name: (row["age"], row["sex"], row["site"]) for name, row in rows.items()} == {
        "00": ("30", "F", "Zürich"),
        "01": ("31", "M", "Basel"),
    }


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (TEXT.encode("latin-1"), "line 2: byte 0xfc is not text in UTF-8; save the file as UTF-8"),
        (TEXT.replace("ü", "u").encode("utf-16-le"), "line 1: contains a zero byte"),
        (TEXT.encode() + b"02\n", "line 4: has 1 fields, and the first line names 4 columns"),
        (TEXT.encode() + b"02,30,5,F,x\n", "line 4: has 5 fields"),
        (TEXT.encode() + b"00,99,M,x\n", "line 4: subject 00 has another row already"),
        (TEXT.encode() + b"02," + b"9" * 200_000 + b",M,x\n", "line 4: is not a row of a table (field larger than"),
        (TEXT.encode() + b"02,30,M," + b'"' + b"x\n" * 100_000, "is not a row of a table (field larger than"),
        (b"", "has no column subject, age, sex"),
        (TEXT.replace("age", "years").encode(), "has no column age"),
    ],
    ids=["latin-1", "utf-16 without mark", "short", "long", "twice", "endless", "quote", "empty", "no age"],
)
def test_what_is_not_sure_is_refused_with_file_and_line(tmp_path, raw, words):
    with pytest.raises(ValueError, match=rf"subjects\.csv.*{re.escape(words)}"):
        read(tmp_path / "subjects.csv", raw)


@pytest.mark.parametrize("unknown", ["", " ", "n/a", "N/A"])
def test_what_is_unknown_is_left_out(tmp_path, unknown):
    assert age_and_sex(tmp_path, "00", unknown, unknown) == {}
    assert age_and_sex(tmp_path, "00", "30", unknown) == {"age": 30}


@pytest.mark.parametrize("age", ["nan", "inf", "-inf", "-5", "121", "1e308", "9" * 400, "9" * 5000, "ten", "²", "0x10"])
def test_an_age_that_nobody_has_is_refused(tmp_path, age):
    with pytest.raises(ValueError, match=r"subject 00 has (the )?age .*(expected|characters)"):
        age_and_sex(tmp_path, "00", age, "F")
