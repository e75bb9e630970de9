"""A run, a sweep and a pool keep to the recordings that they began with, or refuse and name the difference."""

import json

import pytest
from toy import ToyDataset

from eegbench.__main__ import main
from eegbench.experiment import training
from eegbench.types import SPLITS

SHORT = ["tracking=folder", "trainer.max_passes=2", "split.n_valid=1", "split.n_test=2"]
FOLDS = ["split=subject_kfold", "split.n_folds=3", "split.n_valid=1", "tracking=folder", "trainer.max_passes=1"]


@pytest.fixture
def grow(monkeypatch):
    """Set how many recordings the toy's folder holds, with the same options."""
    every = ToyDataset.recordings

    def grow(n):
        monkeypatch.setattr(ToyDataset, "recordings", lambda self: every(self)[-n:])

    return grow


@pytest.fixture
def started(train, tmp_path, grow, monkeypatch):
    """The folder of a run on six recordings that was interrupted after a pass."""
    grow(6)
    tell_pass = training.tell_pass

    def interrupt(row):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "tell_pass", interrupt)
    status, (folder,) = train(f"dataset.folder={tmp_path / 'toy'}", *SHORT)
    assert status == 130
    monkeypatch.setattr(training, "tell_pass", tell_pass)
    return folder


@pytest.fixture
def resume(toy_options):
    return lambda folder: main(["train", f"--config-dir={toy_options}", f"resume={folder}", "trust=[toy]"])


@pytest.fixture
def done(train, tmp_path, grow):
    """The folder of a finished run on six recordings."""
    grow(6)
    status, (folder,) = train(f"dataset.folder={tmp_path / 'toy'}", *SHORT)
    assert status == 0
    return folder


def explain(folder):
    return main(["explain", f"run={folder}", "trust=[toy]", "interpretability=[saliency]", "figures=[]", "device=cpu"])


def subjects(folder):
    splits = json.loads((folder / "split.json").read_text())
    return {split: splits[split]["subjects"] for split in SPLITS}


@pytest.mark.slow
def test_recordings_that_were_added_move_nobody_when_a_run_is_resumed(started, resume, grow):
    before = subjects(started)
    grow(9)
    assert resume(started) == 0
    assert subjects(started) == before
    summary = json.loads((started / "summary.json").read_text())
    assert "Recordings that were added since the first start are left out (3: s5, s6, s7)." in summary["notes"]


@pytest.mark.slow
def test_a_missing_or_changed_recording_is_named_when_a_run_is_resumed(started, resume, grow, tmp_path, capfd):
    file = tmp_path / "toy" / "s10.txt"
    file.write_text("99")
    assert resume(started) == 1
    assert "first start (changed: s10 (other content)); restore them" in capfd.readouterr().err.replace("\n", "")
    file.write_text("10")
    grow(5)
    assert resume(started) == 1
    assert "missing or unreadable: s8" in capfd.readouterr().err.replace("\n", "")
    assert not (started / "summary.json").exists()
    grow(6)
    assert resume(started) == 0


@pytest.mark.slow
def test_other_windows_of_the_same_recordings_are_refused_when_a_run_is_resumed(started, resume, capfd):
    splits = json.loads((started / "split.json").read_text())
    (started / "split.json").write_text(json.dumps(splits | {"sha256": "another"}))
    assert resume(started) == 1
    assert "other windows of the same recordings" in capfd.readouterr().err


@pytest.mark.slow
def test_a_run_is_explained_on_its_own_recordings_or_not_at_all(done, grow, tmp_path, capfd):
    before = (done / "split.json").read_text()
    grow(9)
    assert explain(done) == 0
    checks = (done / "tables" / "interpretability" / "checks.csv").read_text()
    grow(6)
    assert explain(done) == 0
    assert (done / "tables" / "interpretability" / "checks.csv").read_text() == checks
    assert (done / "split.json").read_text() == before
    (tmp_path / "toy" / "s9.txt").write_text("77")
    assert explain(done) == 1
    assert "changed: s9 (other content)" in capfd.readouterr().err
    (done / "recordings.json").unlink()
    assert explain(done) == 1
    assert "so the recordings of the run are unknown" in capfd.readouterr().err


@pytest.mark.study
def test_a_multirun_that_goes_on_keeps_to_its_recordings(train, tmp_path, grow, capfd):
    words = [*FOLDS, f"dataset.folder={tmp_path / 'toy'}", f"hydra.sweep.dir={tmp_path / 'folds'}"]
    grow(6)
    assert train("-m", *words, "split.fold=0,1")[0] == 0
    said = capfd.readouterr().out
    assert "2 of 3 folds pooled, without 2: the windows of 4 of 6 subjects were predicted" in said
    untested = sorted({str(number) for number in range(8, 14)} - who_is_tested(tmp_path, 0, 1))
    assert f"not tested: {', '.join(untested)}." in said
    grow(9)
    assert train("-m", *words, "split.fold=0,1,2")[0] == 0
    assert "3 folds pooled: every subject's windows were predicted" in capfd.readouterr().out
    assert who_is_tested(tmp_path, 0, 1, 2) == {str(number) for number in range(8, 14)}


def who_is_tested(tmp_path, *folds):
    return {one for fold in folds for one in subjects(tmp_path / "folds" / str(fold))["test"]}


@pytest.mark.slow
def test_folds_of_different_recordings_do_not_pool(train, tmp_path, grow, capfd):
    words, folders = [*FOLDS, f"dataset.folder={tmp_path / 'toy'}"], []
    for fold, n in ((0, 6), (1, 6), (2, 9)):
        grow(n)
        folders += train(*words, f"split.fold={fold}")[1]
    assert main(["pool", *map(str, folders[:2]), "--into", str(tmp_path)]) == 0
    capfd.readouterr()
    assert main(["pool", *map(str, folders), "--into", str(tmp_path)]) == 1
    assert "made of different recordings (only in the second: s5, s6, s7)" in capfd.readouterr().err
