"""Decoders of crops are validated by trial after every pass, as the final evaluation does it."""

import json

import numpy as np
import pandas as pd
import pytest

from eegbench.experiment.trial_scores import METRICS

CROPS = [
    "dataset=toy",
    "trust=[toy]",
    "preprocessing=crop",
    "preprocessing.tmin_s=1",
    "preprocessing.tmax_s=7",
    "preprocessing.window_s=3",
    "preprocessing.stride_s=2",
    "preprocessing.normalise=window",
    "model=shallow_fbcsp",
    "model.n_filters=4",
    "model.dense=true",
    "model.final_length=2",
    "task=cropped",
    "trainer.max_passes=3",
    "trainer.lr=0.002",
    "trainer.batch_size=16",
    "store.n_workers=1",
    "device=cpu",
    "tracking=folder",
]


@pytest.fixture(scope="module")
def decoded(train):
    """The folder of a finished run of a decoder of crops, with the weights of its last pass."""
    status, (folder,) = train(
        *CROPS, "trainer.final=last", "trainer.monitor=valid_trial_accuracy", "figures=[]", small=False
    )
    assert status == 0
    return folder


def columns(folder):
    return pd.read_csv(folder / "history.csv")[list(METRICS)]


@pytest.mark.slow
def test_each_pass_has_the_scores_of_the_network_on_the_trials_of_valid(decoded):
    found = columns(decoded)
    assert len(found) == 4
    assert found.notna().all(axis=None)
    scores = pd.read_csv(decoded / "scores.csv").query("probe == 'network' and split == 'valid'")
    pooled = scores[scores["aggregation"] == "pooled"].set_index("metric")
    for column in METRICS:
        metric = column.removeprefix("valid_trial_")
        assert found[column].iloc[-1] == pytest.approx(
            pooled["value"][metric]
        )  # of the last pass, whose weights are kept
    summary = json.loads((decoded / "summary.json").read_text())
    n_trials = (pd.read_parquet(decoded / "predictions.parquet").query("split == 'valid'")["probe"] == "network").sum()
    assert n_trials < summary["counts"]["valid"]["n_windows"]  # trials, not crops


def test_the_best_pass_and_the_last_are_told_by_trial(decoded):
    summary, found = json.loads((decoded / "summary.json").read_text()), columns(decoded)
    assert summary["best_pass"] == 1 + np.argmax(found["valid_trial_accuracy"][1:])
    for which, number in (("best", summary["best_pass"]), ("last", 3)):
        for column in METRICS:
            assert summary["metrics"][f"run/{which}_{column}"] == summary["valid_trials"][which][column]
            assert summary["valid_trials"][which][column] == found[column][number]


@pytest.mark.slow
def test_scoring_trials_moves_no_random_number(decoded, train, monkeypatch):
    monkeypatch.setattr("eegbench.experiment.training.trial_scores", lambda *_: {})
    status, (without,) = train(*CROPS, "trainer.final=last", "figures=[]", small=False)
    assert status == 0
    ours = ["pass", "train_loss", "train_accuracy", "valid_loss", "valid_accuracy"]
    histories = [pd.read_csv(folder / "history.csv") for folder in (decoded, without)]
    pd.testing.assert_frame_equal(*(history[ours] for history in histories), check_exact=True)


def test_a_run_prints_both_passes(decoded, train, capfd):
    status, (folder,) = train(*CROPS, "figures=[]", "trainer.max_passes=1", small=False)
    assert status == 0
    value = columns(folder)["valid_trial_accuracy"][1]
    out = capfd.readouterr()
    assert (
        f"valid trial accuracy of the network: {value:.3f} in the best pass by valid_loss (1), {value:.3f} in the last"
        in out.out
    )
    assert f"valid trial accuracy {value:.4f}" in out.err  # the line of the pass


def test_without_trials_in_valid_the_columns_are_empty_and_the_last_pass_is_kept(train, capfd):
    words = ["split.n_valid=0", "trainer.monitor=valid_trial_accuracy", "figures=[]", "trainer.max_passes=2"]
    status, (folder,) = train(*CROPS, *words, small=False)
    assert status == 0
    assert columns(folder).isna().all(axis=None)
    assert json.loads((folder / "summary.json").read_text())["final_pass"] == 2
    assert "valid trial accuracy" not in capfd.readouterr().out


def test_trials_of_one_crop_have_no_such_column_and_a_monitor_of_it_is_refused_in_the_first_pass(train, capfd):
    words = ["preprocessing.window_s=6.01", "trainer.monitor=valid_trial_accuracy", "figures=[]"]
    status, _ = train(*CROPS, *words, small=False)
    assert status == 1
    error = capfd.readouterr().err
    assert "trainer.monitor=valid_trial_accuracy is not a column of the history; set one of valid_loss" in error
