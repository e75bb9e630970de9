"""Scores of recordings that the run was trained on give a warning."""

import json
import shutil

import pytest
from own_recordings import noise, reader, write_edf

from eegbench.dataset.content import describe, recording_digest, write_contents
from eegbench.prediction.seen_recordings import seen_by


@pytest.fixture
def run(tmp_path):
    """The folder of a run of three recordings, one in each split."""
    folder = tmp_path / "data"
    for i, name in enumerate(("a", "b", "c")):
        write_edf(folder / f"{name}.edf", noise(5, 100, seed=i), 100)
    recordings = reader(folder, subject="file", labels_from=None, ignored=()).recordings()
    (tmp_path / "run").mkdir()
    write_contents(
        tmp_path / "run" / "recordings.json", {r.id: describe(r, recording_digest(r.files)) for r in recordings}
    )
    splits = {"train": {"recordings": ["a"]}, "valid": {"recordings": ["b"]}, "test": {"recordings": ["c"]}}
    (tmp_path / "run" / "split.json").write_text(json.dumps(splits))
    return tmp_path / "run"


def scored(folder):
    dataset = reader(folder, subject="file", labels_from=None, ignored=())
    return [(dataset, one) for one in dataset.recordings()]


def files(run):
    return lambda name: run / name if (run / name).is_file() else None


def test_recordings_of_train_and_valid_are_named_and_those_of_test_not(run):
    text = seen_by(files(run)).note(scored(run.parent / "data"))
    assert text.startswith("The scores are not test scores: of 3 recordings with labels the run used 2 in training")
    assert "(train: a; valid (by which it was chosen): b)" in text


def test_a_copy_in_another_place_is_found_by_its_content(run):
    (run.parent / "copy").mkdir()
    shutil.copy(run.parent / "data" / "a.edf", run.parent / "copy" / "other.edf")
    text = seen_by(files(run)).note(scored(run.parent / "copy"))
    assert "of 1 recordings" not in text
    assert "of 1 recording with labels the run used 1 in training (train: other)" in text


def test_recordings_that_the_run_did_not_learn_from_are_nothing_to_tell(run):
    write_edf(run.parent / "new" / "a.edf", noise(5, 100, seed=9), 100)
    assert seen_by(files(run)).note(scored(run.parent / "new")) == ""
    assert seen_by(files(run)).note([]) == ""


def test_of_a_network_without_its_run_nobody_knows(run):
    text = seen_by(None).note(scored(run.parent / "data"))
    assert text.startswith("It is unknown whether the network was trained on recordings that are scored: it has ")
    assert "give the folder of its finished run to --run" in text
    assert seen_by(None).note([]) == ""


@pytest.mark.parametrize(
    ("lost", "named"),
    [
        (["split.json"], "no split.json."),
        (["recordings.json"], "no recordings.json."),
        (["split.json", "recordings.json"], "no split.json and no recordings.json."),
    ],
)
def test_files_that_a_run_lacks_are_named(run, lost, named):
    for name in lost:
        (run / name).unlink()
    text = seen_by(files(run)).note(scored(run.parent / "data"))
    assert text.endswith(f"the folder of its run has {named}")
