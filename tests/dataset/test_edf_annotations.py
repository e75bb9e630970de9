"""Annotations are parsed by the format of EDF+, and others raise errors."""

import datetime
from pathlib import Path

import numpy as np
import pytest

from eegbench.dataset import BadRecordingError
from eegbench.dataset.edf import open_edf, read_edf_annotations
from eegbench.dataset.timed_texts import Mark


def write_lists(path: Path, *records: bytes, signals: int = 1) -> Path:
    """Write a file with annotations only: the bytes of each data record, the same for each annotation signal."""
    size = max(map(len, records)) + 2
    size += size % 2

    def field(text: str, width: int) -> bytes:
        return text.encode().ljust(width)

    head = b"".join(
        [
            *(field("0", 8), field("X X X X", 80), field("Startdate X X X X", 80), field("01.01.0122.00.00", 16)),
            *(field(str(256 * (signals + 1)), 8), field("EDF+C", 44), field(str(len(records)), 8), field("0", 8)),
            field(str(signals), 4),
            *(field(text, width) * signals for text, width in (("EDF Annotations", 16), ("", 80), ("", 8))),
            *(field(text, 8) * signals for text in ("-1", "1", "-32768", "32767")),
            *(field(text, width) * signals for text, width in (("", 80), (str(size // 2), 8), ("", 32))),
        ]
    )
    path.write_bytes(head + b"".join(record.ljust(size, b"\0") for record in records for _ in range(signals)))
    return path


def read(path: Path) -> tuple[Mark, ...]:
    return read_edf_annotations(path)[1]


def test_onset_duration_and_texts_are_those_of_the_grammar(tmp_path: Path):
    path = write_lists(
        tmp_path / "a.edf",
        b"+0\x14\x14\0+0\x1530\x14Sleep stage W\x14\0+30.5\x14Arousal\x14Lights on\x14\0",
        b"+0\x14\x14at the start\x14\0-5.25\x152.5\x14R\xc3\xa9veil \x14\0",
    )
    assert read(path) == (
        Mark(0.0, 30.0, "Sleep stage W"),
        Mark(30.5, None, "Arousal"),
        Mark(30.5, None, "Lights on"),
        Mark(0.0, None, "at the start"),
        Mark(-5.25, 2.5, "Réveil"),
    )


def test_texts_that_are_no_utf8_are_latin1(tmp_path: Path):
    assert read(write_lists(tmp_path / "a.edf", b"+0\x14\x14\0+1\x14r\xe9veil\x14\0")) == (Mark(1.0, None, "réveil"),)


def test_notes_of_several_lines_are_kept_and_do_not_damage_the_samples(tmp_path: Path):
    lists = b"".join(b"+%d\x14patient moved\r\ntechnician in\x14\0" % i for i in range(20))
    assert [mark.text for mark in read(write_lists(tmp_path / "a.edf", b"+0\x14\x14\0" + lists))] == [
        "patient moved\r\ntechnician in"
    ] * 20


@pytest.mark.parametrize(
    "odd",
    [
        b"+2400,5\x1530\x14Sleep stage 2\x14",
        b"+1e+03\x1530\x14Sleep stage 2\x14",
        b"+3000\x15+30\x14Sleep stage 2\x14",
        b" +3000\x1530\x14Sleep stage 2\x14",
        b"3000\x1530\x14Sleep stage 2\x14",
        b"+3000\x1530\x14Sleep stage 2",
    ],
)
def test_what_does_not_follow_the_grammar_is_refused_with_what_it_reads(tmp_path: Path, odd: bytes):
    path = write_lists(tmp_path / "a.edf", b"+0\x14\x14\0+0\x1530\x14Sleep stage W\x14\0" + odd + b"\0")
    with pytest.raises(BadRecordingError, match=r"a\.edf: has an annotation that is not written as EDF\+ asks, b'.*30"):
        read(path)


def test_annotations_of_a_second_signal_are_read_too(tmp_path: Path):
    path = write_lists(tmp_path / "a.edf", b"+0\x14\x14\0+1\x14one\x14\0", signals=2)
    assert [mark.text for mark in read(path)] == ["one", "one"]


def test_annotations_of_a_recording_count_from_its_first_sample(tmp_path: Path, write_edf):
    start = datetime.time(22, 0, 0, 750_000)
    notes = [(10.0, 5.0, "first"), (30.0, None, "second")]
    path = write_edf(tmp_path / "a.edf", seconds=60, annotations=notes, start=start)
    assert b"+10.75\x155" in path.read_bytes()
    raw = open_edf(path, channels=None)
    np.testing.assert_allclose(raw.annotations.onset, [10.0, 30.0])
    np.testing.assert_allclose(raw.annotations.duration, [5.0, 0.0])
