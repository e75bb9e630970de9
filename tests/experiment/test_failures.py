"""A failure during or after training leaves the results complete: one message, a record, and an exit status."""

import json

import pandas as pd
import pytest

from eegbench.experiment.probing import check_usable
from eegbench.tracking.base import LenientRun, TrackedRun


def steps_of(folder):
    return {one["step"]: one for one in json.loads((folder / "summary.json").read_text())["steps"]}


@pytest.mark.slow
def test_a_figure_that_fails_leaves_the_scores_and_the_other_figures(finished, train, monkeypatch, capfd):
    from eegbench import figure

    def broken(*_, **__):
        raise ValueError("no such font")

    monkeypatch.setattr(figure, "learning_curves", broken)
    assert train("figures=[png]", "probe.every=1")[0] == 1
    folder = max(finished.parent.iterdir())
    said = capfd.readouterr().err
    assert said.count("the run is finished and scored, but its figures failed (no such font)") == 1
    pd.testing.assert_frame_equal(pd.read_csv(folder / "scores.csv"), pd.read_csv(finished / "scores.csv"))
    assert "Traceback" not in said
    assert 'ValueError("no such font")' in steps_of(folder)["figures"]["traceback"]
    assert not (folder / "figures" / "learning_curves.png").exists()
    assert (folder / "figures" / "scores.png").is_file()
    assert (folder / "tables" / "confusion_linear_test.csv").is_file()


@pytest.mark.slow
def test_a_tracker_that_fails_at_the_end_leaves_a_finished_run(finished, train, monkeypatch, capfd):
    from eegbench.tracking.folder import FolderRun

    def gone(*_, **__):
        raise OSError("the server is gone")

    monkeypatch.setattr(FolderRun, "finish", gone)
    monkeypatch.setattr(FolderRun, "log_pass", gone)
    assert train("tracking=folder", "probe.every=1")[0] == 1
    folder = max(finished.parent.iterdir())
    said = capfd.readouterr().err
    assert said.count("the tracker does not answer (the server is gone); training continues and will retry") == 1
    assert said.count("but its tracking failed (the server is gone)") == 1
    pd.testing.assert_frame_equal(pd.read_csv(folder / "scores.csv"), pd.read_csv(finished / "scores.csv"))
    assert steps_of(folder)["tracking"]["reason"] == "the server is gone"
    assert (folder / "model" / "model.safetensors").is_file()


class Restarted(TrackedRun):
    """Takes nothing while it is down."""

    link = "here"

    def __init__(self):
        self.is_down, self.passes, self.n_calls = False, [], 0

    def log_pass(self, pass_, metrics):
        self.n_calls += 1
        if self.is_down:
            raise ConnectionError("refused")
        self.passes.append((pass_, dict(metrics)))

    def pages(self, view):
        return ()

    def finish(self, *, metrics, model, state="complete", description=""): ...

    def fail(self, error, state="failed"): ...


def test_a_server_that_comes_back_gets_every_pass_in_order(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("eegbench.tracking.base.time.monotonic", lambda: now[0])
    kept = Restarted()
    run = LenientRun(kept)
    run.log_pass(0, {"loss": 3.0})
    kept.is_down = True
    for number in (1, 2, 3):
        run.log_pass(number, {"loss": 3.0 - number})
    assert kept.n_calls == 2  # training is not held up by a try after every pass
    kept.is_down = False
    now[0] = 100.0
    run.log_pass(4, {"loss": -1.0})
    assert kept.passes == [(number, {"loss": 3.0 - number}) for number in range(5)]


def test_passes_that_wait_are_sent_at_the_end():
    kept = Restarted()
    run = LenientRun(kept)
    kept.is_down = True
    run.log_pass(1, {"loss": 1.0})
    with pytest.raises(ConnectionError):
        run.finish(metrics={}, model=None)
    kept.is_down = False
    run.finish(metrics={}, model=None)
    assert kept.passes == [(1, {"loss": 1.0})]


def test_one_class_in_train_is_told_before_training(train, outputs, capfd):
    status, folders = train("dataset.labels={left: left, right: left}", "tracking=folder")
    said = capfd.readouterr().err
    assert status == 1
    assert "the train split has 1 of 1 classes (left), and a probe needs two" in said
    assert "pass   0" not in said
    assert not any((folder / "checkpoints").exists() for folder in folders)


@pytest.mark.parametrize("dead", ["valid", "test"])
def test_a_split_whose_windows_are_all_rejected_is_told_before_training(dead):
    table = pd.DataFrame({"subject": ["1", "1", "2", "3"], "split": ["train", "train", "valid", "test"]})
    table["rejected"] = table["split"] == dead
    with pytest.raises(
        ValueError, match=rf"{dead}: all 1 windows are rejected as flat, saturated or marked bad \(subjects [23]\)"
    ):
        check_usable(table)
    check_usable(table.assign(rejected=False))
