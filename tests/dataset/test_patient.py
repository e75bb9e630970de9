"""The patient field of a header identifies a person, or has only values that many people share."""

from pathlib import Path

import edfio
import pytest

from eegbench.dataset.patient import names_someone, patient_field, sex_and_age


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("MCH-0234567 F 02-MAY-1951 Haagse_Harry", True),
        ("X F 02-MAY-1951 X", True),
        ("0 M 01-JAN-1990 Subject0", True),
        ("Jane Doe", True),
        ("X F X Female_33yr", False),
        ("X X X X", False),
        ("X M 01-JAN-1990 X", False),
        ("X X X Anonymous", False),
        ("", False),
    ],
)
def test_codes_dates_and_names_are_told_from_what_many_people_share(field: str, names: bool):
    assert names_someone(field) is names


def test_sex_and_age_are_those_of_the_real_header(shared_data: Path):
    field = patient_field(shared_data / "sleep-edf" / "SC4001E0-PSG.first300s.edf")
    assert field == "X F X Female_33yr"
    assert sex_and_age(field) == ("F", 33)
    assert sex_and_age("X F X Jane") is None


def test_the_field_is_read_from_the_header_and_empty_where_there_is_none(tmp_path: Path, write_edf):
    path = write_edf(tmp_path / "a.edf", patient=edfio.Patient(code="K7", name="Jane_Doe"))
    assert patient_field(path) == "K7 X X Jane_Doe"
    (tmp_path / "b.vhdr").write_text("Brain Vision Data Exchange Header File Version 1.0")
    assert patient_field(tmp_path / "b.vhdr") == ""
    assert patient_field(tmp_path / "absent.edf") == ""
