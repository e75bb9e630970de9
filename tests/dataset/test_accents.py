"""Names and texts with accents are equal, whether macOS wrote them (in decomposed form) or another system."""

import unicodedata

import pytest

from eegbench.dataset.delimited import read_lines
from eegbench.dataset.night_list import list_nights
from eegbench.dataset.signal_list import list_recordings
from eegbench.dataset.subject_table import read_subjects
from eegbench.dataset.timed_texts import Mark

TOGETHER, APART = (unicodedata.normalize(form, "Zoë Müller") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(("psg", "hypnogram"), [(APART, TOGETHER), (TOGETHER, APART)])
def test_a_night_and_its_hypnogram_are_found_together(tmp_path, psg, hypnogram):
    (tmp_path / f"{psg}-PSG.edf").touch()
    (tmp_path / f"{hypnogram}-Hypnogram.edf").touch()
    (tmp_path / "subjects.csv").write_text(f"recording,subject,age,sex\n{APART},anna,30,F\n", encoding="utf-8")
    (night,) = list_nights(tmp_path, labelled=True)
    assert night.labels == tmp_path / f"{hypnogram}-Hypnogram.edf"
    assert (night.id, night.subject, night.facts["age"]) == (TOGETHER, "anna", 30)


@pytest.mark.parametrize(("signal", "labels"), [(APART, TOGETHER), (TOGETHER, APART)])
def test_a_recording_its_labels_and_its_row_of_a_table_are_found_together(tmp_path, signal, labels):
    (tmp_path / f"{signal}.vhdr").touch()
    (tmp_path / f"{labels}_stages.csv").touch()
    table = tmp_path / "subjects.csv"
    for row in (f"recording,subject\n{labels},anna\n", f"file,subject\n{labels}.vhdr,anna\n"):
        table.write_text(row, encoding="utf-8")
        (found,) = list_recordings(tmp_path, "*.vhdr", subject=None, labels="*_stages.csv")
        assert (found.id, found.subject) == (TOGETHER, "anna")
        assert found.labels == tmp_path / f"{labels}_stages.csv"
    table.unlink()
    (found,) = list_recordings(tmp_path, "*.vhdr", subject="(?P<subject>Zoë)", labels=None)
    assert found.subject == "Zoë"


def test_texts_of_labels_and_tables_are_in_one_form(tmp_path):
    assert Mark(0.0, 30.0, f" {APART} ") == Mark(0.0, 30.0, TOGETHER)
    table = tmp_path / "table.csv"
    table.write_text(f"subject,{APART}\n{APART},1\n", encoding="utf-8")
    assert read_lines(table).cells == (("subject", TOGETHER), (TOGETHER, "1"))
    assert list(read_subjects(table, key="subject", columns=(TOGETHER,))) == [TOGETHER]
