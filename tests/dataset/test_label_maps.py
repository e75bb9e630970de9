"""The shipped label maps: the class of each text of a scoring program, without texts of other maps."""

from pathlib import Path

import pytest
from options import composed
from own_recordings import reader

from eegbench.__main__ import main
from eegbench.dataset.listing import listed
from eegbench.launch.override import with_whole_labels

FIVE = ["W", "N1", "N2", "N3", "R"]


def labels(*words: str) -> dict[str, str]:
    return composed("dataset=sleep_physionet", *with_whole_labels(words))["dataset"]["labels"]


@pytest.mark.parametrize(
    ("option", "meant"),
    [
        ("rechtschaffen_kales", dict(zip([f"Sleep stage {s}" for s in "W1234R"], [*FIVE[:4], "N3", "R"], strict=True))),
        (
            "aasm",
            {f"Sleep stage {stage}": stage for stage in FIVE} | {s: s for s in FIVE} | {"Wake": "W", "REM": "R"},
        ),
        (
            "cap",
            dict(
                zip([f"SLEEP-{s}" for s in ("S0", "S1", "S2", "S3", "S4", "REM")], [*FIVE[:4], "N3", "R"], strict=True)
            ),
        ),
        ("five_numeric", dict(zip("01234", FIVE, strict=True))),
    ],
)
def test_a_shipped_map_replaces_the_one_before_and_says_what_each_text_means(option, meant):
    assert labels(f"dataset/labels={option}") == meant


def test_nsrr_has_number_5_for_rem_and_4_for_the_deepest_sleep():
    found = {text.partition("|")[2]: stage for text, stage in labels("dataset/labels=nsrr").items()}
    assert found == {"0": "W", "1": "N1", "2": "N2", "3": "N3", "4": "N3", "5": "R"}


def test_wake_or_sleep_takes_stages_of_both_manuals():
    found = labels("dataset/labels=binary_wake_sleep")
    assert {text for text, stage in found.items() if stage == "W"} == {"Sleep stage W", "W"}
    assert {text.removeprefix("Sleep stage ") for text, stage in found.items() if stage == "Sleep"} == {
        *("1", "2", "3", "4", "N1", "N2", "N3", "R", "REM")
    }


def test_a_map_that_is_typed_replaces_the_shipped_one_and_its_texts_may_be_numbers():
    assert labels("dataset.labels={0: W, 1: Sleep}") == {"0": "W", "1": "Sleep"}


@pytest.mark.parametrize(
    "text", ["réveil", "left hand (real)", "a=b", "x#1", "No", "it's", 'say "hi"', "Schlaf, tief", "[1]"]
)
def test_any_text_of_a_file_can_be_given_a_class_in_quotes(text):
    quoted = '"' + text.replace('"', '\\"') + '"'
    word = "dataset.labels={" + quoted + ": W, Sleep stage 1: 'N 1'}"
    assert labels(word) == {text: "W", "Sleep stage 1": "N 1"}


def test_a_map_that_cannot_be_read_is_refused_with_how_to_write_it(capsys):
    assert main(["train", "dataset.labels={W: W, N1 N2"]) == 1
    assert 'this mapping cannot be parsed; write {TEXT: VALUE, "QUOTED TEXT": VALUE}' in capsys.readouterr().err


def test_a_text_without_a_class_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match=r"labels\.S1 left='': expected text that is not empty"):
        listed(reader(tmp_path, labels={"S1 left": ""}))
