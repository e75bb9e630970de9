"""A run of a task without right answers, and of one with a context: what they leave."""

import json

import pandas as pd
import pytest

TOO_MUCH = ("sampler.", "trainer.max_passes")
"""Options of the small experiment that belong to pairs, or that this one sets."""


@pytest.fixture(scope="module")
def ran(train):
    from toy import SMALL

    words = [word for word in SMALL if not word.startswith(TOO_MUCH)]

    def run(*further):
        status, (folder,) = train(*words, "trainer.max_passes=2", "figures=[]", *further, small=False)
        assert status == 0
        return folder

    return run


@pytest.fixture(scope="module")
def simclr(ran):
    return ran("task=simclr", "trainer.batch_size=64", "trainer.monitor=valid_positive_first", "figures=[png]")


@pytest.mark.slow
def test_a_task_without_right_answers_has_curves_and_no_confusion_matrix(simclr):
    history = pd.read_csv(simclr / "history.csv")
    assert {"train_positive_first", "valid_positive_first"} <= set(history)
    assert "valid_accuracy" not in history
    assert history["valid_positive_first"].between(0, 1).all()
    assert (simclr / "figures" / "learning_curves.png").is_file()
    assert not list(simclr.rglob("*confusion_pretext*"))


def test_its_metric_is_one_of_the_run_and_may_choose_the_pass(simclr):
    summary = json.loads((simclr / "summary.json").read_text())
    history = pd.read_csv(simclr / "history.csv")
    assert summary["best_pass"] == 1 + history["valid_positive_first"].iloc[1:].to_numpy().argmax()
    assert 0 <= summary["metrics"]["test/pretext/positive_first"] <= 1
    assert not any("pretext/accuracy" in name for name in summary["metrics"])
    assert {score["probe"] for score in summary["scores"]} >= {"linear", "random_weights", "hand_made"}


def test_the_metric_of_valid_is_that_of_the_kept_pass(simclr):
    summary = json.loads((simclr / "summary.json").read_text())
    kept = pd.read_csv(simclr / "history.csv").set_index("pass").loc[summary["best_pass"]]
    assert summary["metrics"]["valid/pretext/positive_first"] == pytest.approx(kept["valid_positive_first"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("task=cpc", "sampler.n_sequences=10", "sampler.n_negatives=5", "trainer.batch_size=32"),
        ("task=temporal_shuffling", "sampler.n_triplets=40", "sampler.tau_pos_s=10", "sampler.tau_neg_s=20"),
    ],
    ids=["cpc", "temporal_shuffling"],
)
def test_other_tasks_train_in_mixed_precision_and_are_probed(ran, words):
    folder = ran(*words, "trainer.precision=bf16")
    history = pd.read_csv(folder / "history.csv")
    assert history["train_loss"].iloc[1:].notna().all()
    assert json.loads((folder / "summary.json").read_text())["precision"] == "bf16"


def test_times_that_recordings_do_not_allow_are_named(train, capfd):
    from toy import SMALL

    words = [word for word in SMALL if not word.startswith("sampler.")]
    assert train(*words, "task=cpc", "sampler.n_context=60", small=False)[0] == 1
    assert "sampler.n_context=60" in capfd.readouterr().err
