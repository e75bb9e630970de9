"""Labels without gaps that cover little of their recording have times in another unit."""

import logging
from pathlib import Path

import pytest

from eegbench.dataset import BadRecordingError
from eegbench.dataset.label_list import Clock, LabelList
from eegbench.dataset.label_place import check_place
from eegbench.dataset.timed_texts import Mark


def placed(marks: list[Mark], *, length_s: float = 480.0, counted_from: str = "file") -> None:
    clock = Clock(path=Path("night.edf"), start=None, first_s=0.0, length_s=length_s, notes=())
    check_place(LabelList(Path("night.csv"), tuple(marks)), clock, 0.0, counted_from)


def following(n: int, duration_s: float, onset_s: float = 0.0) -> list[Mark]:
    return [Mark(onset_s + i * duration_s, duration_s, "W") for i in range(n)]


def test_onsets_in_minutes_are_refused_with_what_to_do():
    with pytest.raises(BadRecordingError, match=r"16 labels .* cover 8 s of the 480 s .* times are to be in seconds"):
        placed(following(16, 0.5))


def test_labels_that_end_early_are_noted(caplog):
    with caplog.at_level(logging.INFO):
        placed(following(12, 30.0))
    assert "cover 360 s of the 480 s of night.edf" in caplog.text
    assert "hypnogram_start=lights_off" in caplog.text


@pytest.mark.parametrize(
    "marks",
    [
        following(16, 30.0),
        following(3, 2.0),  # too few for a hypnogram
        [Mark(20.0 * i, 1.0, "cue") for i in range(20)],  # gaps between
        [Mark(0.5 * i, None, "W") for i in range(16)],  # each lasts until the next, and the last one to the end
    ],
    ids=["whole", "few", "events", "lasting"],
)
def test_other_labels_say_nothing(marks, caplog):
    with caplog.at_level(logging.INFO):
        placed(marks)
    assert not caplog.text


def test_labels_from_lights_off_may_leave_out_what_they_like(caplog):
    with caplog.at_level(logging.INFO):
        placed(following(16, 0.5), counted_from="lights_off")
    assert not caplog.text
