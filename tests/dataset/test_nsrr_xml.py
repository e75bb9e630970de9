"""Sleep stages in XML of NSRR and of Compumedics; entities and external references raise errors."""

from pathlib import Path

import pytest

from eegbench.dataset import BadRecordingError
from eegbench.dataset.nsrr_xml import read_nsrr_xml
from eegbench.dataset.timed_texts import Mark

NSRR = """<?xml version="1.0" encoding="UTF-8"?>
<PSGAnnotation><SoftwareVersion>Compumedics</SoftwareVersion><EpochLength>30</EpochLength><ScoredEvents>
<ScoredEvent><EventType/><EventConcept>Recording Start Time</EventConcept><Start>0</Start><Duration>90.0</Duration>
<ClockTime>00.00.00 22.15.30</ClockTime></ScoredEvent>
<ScoredEvent><EventType>Arousals|Arousals</EventType><EventConcept>Arousal|Arousal ()</EventConcept><Start>12.5</Start>
<Duration>3.1</Duration></ScoredEvent>
<ScoredEvent><EventType>Stages|Stages</EventType><EventConcept>Wake|0</EventConcept><Start>0.0</Start>
<Duration>30.0</Duration></ScoredEvent>
<ScoredEvent><EventType>Stages|Stages</EventType><EventConcept>Stage 2 sleep|2</EventConcept><Start>30.0</Start>
<Duration>60.0</Duration></ScoredEvent>
</ScoredEvents></PSGAnnotation>"""

COMPUMEDICS = """<CMPStudyConfig><EpochLength>20</EpochLength><ScoredEvents><ScoredEvent><Name>Arousal</Name>
<Start>5</Start><Duration>3</Duration></ScoredEvent></ScoredEvents>
<SleepStages><SleepStage>0</SleepStage><SleepStage>2</SleepStage></SleepStages></CMPStudyConfig>"""


def read(path: Path, text: str):
    path.write_text(text, encoding="utf-8")
    return read_nsrr_xml(path)


def test_nsrr_s_stages_are_labels_and_its_other_events_are_left_out(tmp_path: Path):
    found = read(tmp_path / "a.xml", NSRR)
    assert found.marks == (Mark(0.0, 30.0, "Wake|0"), Mark(30.0, 60.0, "Stage 2 sleep|2"))
    assert found.start_s == 22 * 3600 + 15 * 60 + 30


def test_compumedics_has_a_number_an_epoch(tmp_path: Path):
    found = read(tmp_path / "a.xml", COMPUMEDICS)
    assert found.marks == (Mark(0.0, 20.0, "0"), Mark(20.0, 20.0, "2"))


def test_other_encodings_are_read(tmp_path: Path):
    (tmp_path / "a.xml").write_bytes(NSRR.replace("UTF-8", "UTF-16").encode("utf-16"))
    assert len(read_nsrr_xml(tmp_path / "a.xml").marks) == 2


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (NSRR.replace("<PSGAnnotation>", f"{BOMB}<PSGAnnotation>"), "declares a document type"),
        (
            NSRR.replace("<PSGAnnotation>", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><PSGAnnotation>'),
            "declares a document",
        ),
        (NSRR[:200], "is not XML"),
        ("", "is not XML"),
        ("<PSGAnnotation/>", "has no stages"),
        (NSRR.replace("<Start>30.0", "<Start>30,0"), r"has the Start '30,0'; a number of seconds is expected"),
        (NSRR.replace("<Duration>60.0", "<Duration>-60"), "has a stage with the Duration -60"),
        (COMPUMEDICS.replace("<EpochLength>20", "<EpochLength>0"), "has the EpochLength 0"),
    ],
)
def test_what_is_no_list_of_stages_is_refused(tmp_path: Path, text: str, message: str):
    with pytest.raises(BadRecordingError, match=rf"a\.xml: .*{message}"):
        read(tmp_path / "a.xml", text)


def test_a_namespace_changes_nothing(tmp_path: Path):
    named = NSRR.replace("<PSGAnnotation>", '<PSGAnnotation xmlns="http://sleepdata.org">')
    assert read(tmp_path / "a.xml", named).marks == read(tmp_path / "b.xml", NSRR).marks
