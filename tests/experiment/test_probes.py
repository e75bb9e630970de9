"""Several probes in one run: a row, files and controls each, and none moves the numbers of another."""

import json
import shutil

import pandas as pd
import pytest

from eegbench.__main__ import main
from eegbench.inference.predictor import load_predictor

WORDS = ["figures=[png]", "tracking=folder"]
OWN = """# @package probe.of.own
_target_: toy_probe.Own
share: 0.9
"""


@pytest.fixture(scope="module")
def two(train):
    """The folder of a run with two probes, of which the first has no head."""
    status, (folder,) = train("probe=[knn,linear]", "probe.every=1", *WORDS)
    assert status == 0
    return folder


def scores_of(folder):
    return pd.read_csv(folder / "scores.csv")


def metrics_of(folder):
    return json.loads((folder / "summary.json").read_text())["metrics"]


def test_probes_stand_in_one_table_the_main_one_first_each_with_its_own_controls(two):
    rows = list(dict.fromkeys(scores_of(two)["probe"]))
    of_linear = ["linear_random_weights", "linear_hand_made"]
    assert rows == ["knn", "linear", "random_weights", "hand_made", *of_linear, "majority", "chance"]
    summary = json.loads((two / "summary.json").read_text())
    assert summary["main_probe"] == "knn"
    assert summary["fitted_with"] == {
        "random_weights": "knn",
        "hand_made": "knn",
        **dict.fromkeys(of_linear, "linear"),
    }
    assert set(summary["probes"]["linear"]) == {"C", "n_iter"}
    assert set(summary["probes"]["hand_made"]) == {"k"}
    for name in ("knn", "linear"):
        assert (two / "tables" / f"confusion_{name}_test.csv").is_file()
        assert (two / "figures" / f"report_{name}_test.png").is_file()
    assert set(pd.read_csv(two / "scores_per_subject.csv")["probe"]) == set(rows)


def test_a_probe_has_the_same_numbers_whatever_stands_next_to_it(finished, two):
    alone, beside = scores_of(finished), scores_of(two)
    for name, other in {"linear": "linear", "random_weights": "linear_random_weights", "chance": "chance"}.items():
        one, same = (frame[frame["probe"] == n].iloc[:, 1:] for frame, n in ((alone, name), (beside, other)))
        pd.testing.assert_frame_equal(one.reset_index(drop=True), same.reset_index(drop=True), check_exact=True)


def test_the_main_probe_is_fitted_during_training_and_named_in_the_table(train, two, capfd):
    history = pd.read_csv(two / "history.csv")
    last = history.iloc[json.loads((two / "summary.json").read_text())["best_pass"]]
    assert last["probe_valid_balanced_accuracy"] == pytest.approx(metrics_of(two)["valid/knn/balanced_accuracy"])
    status, (folder,) = train("probe=[knn,linear]", "probe.main=linear", "trainer.max_passes=0", *WORDS)
    assert status == 0
    assert list(dict.fromkeys(scores_of(folder)["probe"]))[:3] == ["linear", "knn", "random_weights"]
    assert "random weights, hand made: controls of the main probe, linear" in capfd.readouterr().out
    assert load_predictor(folder / "model").classes == ("left", "right")


def test_a_main_probe_without_a_head_leaves_the_encoder_alone(train, two, capfd):
    assert load_predictor(two / "model").classes == ()
    assert load_predictor(two / "probes" / "linear").classes == ("left", "right")
    assert not (two / "probes" / "knn").exists()
    status, _ = train(f"encoder={two}", "trainable=none", "probe=knn", "trainer.max_passes=0", *WORDS)
    assert status == 0
    assert "the probe knn has no head: model/ holds the encoder alone" in capfd.readouterr().err


def test_a_probe_is_explained_by_its_name_and_one_without_a_head_is_refused(two, tmp_path, capsys):
    folder = tmp_path / two.name
    shutil.copytree(two, folder)
    words = [
        "explain",
        "trust=[toy]",
        f"run={folder}",
        "interpretability=amplitude_gradient",
        "figures=[]",
        "device=cpu",
    ]
    assert main([*words, "explain.predictor=linear"]) == 0
    assert "encoder and linear probe, test" in capsys.readouterr().err
    for predictor in ("auto", "probe", "knn"):
        assert main([*words, f"explain.predictor={predictor}"]) == 1
        assert "the probe knn has no head that gives each class a score" in capsys.readouterr().err
    assert main([*words, "explain.predictor=liner"]) == 1
    assert "Did you mean linear?" in capsys.readouterr().err


def test_a_probe_of_ones_own_takes_a_module_and_an_option(train, toy_options):
    folder = toy_options / "probe"
    folder.mkdir()
    try:
        (folder / "own.yaml").write_text(OWN)
        words = [
            "probe=[linear,own]",
            "trust=[toy,toy_probe]",
            "probe.of.own.share=0.8",
            "trainer.max_passes=0",
            *WORDS,
        ]
        status, (run,) = train(*words)
    finally:
        shutil.rmtree(folder)
    assert status == 0
    predicted = pd.read_parquet(run / "predictions.parquet").query("probe == 'own'")
    assert predicted["left"].eq(0.8).all()
    assert list(dict.fromkeys(scores_of(run)["probe"]))[1] == "own"
