"""Several probes in one run: a row, files and controls each, and none moves the numbers of another."""

import json
import shutil

import pandas as pd
import pytest
from omegaconf import OmegaConf

from eegbench.__main__ import main
from eegbench.inference.network import load_network

WORDS = ["figures=[]", "tracking=folder"]
OWN = """# @package probe.of.own
_target_: toy_probe.Own
share: 0.9
"""


@pytest.fixture(scope="module")
def two(train):
    """The folder of a run with two probes, of which the first has no head."""
    status, (folder,) = train("probe=[knn,linear]", "probe.every=1", "figures=[png]", "tracking=folder")
    assert status == 0
    return folder


def scores_of(folder):
    return pd.read_csv(folder / "scores.csv")


def metrics_of(folder):
    return json.loads((folder / "summary.json").read_text())["metrics"]


@pytest.mark.slow
def test_probes_stand_in_one_table_the_main_one_first_each_with_its_own_controls(two):
    rows = list(dict.fromkeys(scores_of(two)["probe"]))
    of_linear = ["linear_random_weights", "linear_hand_made"]
    assert rows == [
        "knn",
        "linear",
        "random_weights",
        "random_weights_unfitted",
        "hand_made",
        *of_linear,
        "majority",
        "chance",
    ]
    summary = json.loads((two / "summary.json").read_text())
    assert summary["main_probe"] == "knn"
    assert summary["fitted_with"] == {
        "random_weights": "knn",
        "random_weights_unfitted": "knn",
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
    assert load_network(folder / "model").classes == ("left", "right")


def test_a_main_probe_without_a_head_leaves_the_encoder_alone(train, two, capfd):
    assert load_network(two / "model").classes == ()
    assert load_network(two / "probes" / "linear").classes == ("left", "right")
    assert not (two / "probes" / "knn").exists()
    status, _ = train(f"encoder={two}", "trainable=none", "probe=knn", "trainer.max_passes=0", *WORDS)
    assert status == 0
    assert "the probe knn has no head: model/ contains the encoder only" in capfd.readouterr().err


@pytest.mark.slow
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
        assert "the probe knn has no head with a score for each class" in capsys.readouterr().err
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


FINETUNE = ["probe.of.finetune.trainer.max_passes=3", "probe.of.finetune.trainer.batch_size=16", *WORDS]


@pytest.mark.slow
def test_fine_tuning_moves_no_number_of_another_probe_and_not_the_encoder(finished, train):
    status, (folder,) = train("probe=[linear,finetune]", *FINETUNE)
    assert status == 0
    rows = list(dict.fromkeys(scores_of(folder)["probe"]))
    controls = ["random_weights", "random_weights_unfitted", "hand_made", "finetune_random_weights"]
    assert rows == ["linear", "finetune", *controls, "majority", "chance"]
    own = scores_of(folder)[lambda frame: ~frame["probe"].str.startswith("finetune")].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, scores_of(finished), check_exact=True)
    for name in ("model/model.safetensors", "embeddings.npz"):
        assert (folder / name).read_bytes() == (finished / name).read_bytes(), name
    tuned, trained = (
        load_network(place).encoder.state_dict() for place in (folder / "probes/finetune", folder / "model")
    )
    assert all(not tuned[name].equal(trained[name]) for name in tuned if "weight" in name)


@pytest.mark.slow
def test_the_encoder_that_was_tuned_is_the_runs_model_where_that_probe_is_the_main_one(train, tmp_path, capsys):
    status, (folder,) = train(
        "probe=finetune", "probe.every=2", "trainer.max_passes=2", "trainer.final=last", *FINETUNE
    )
    assert status == 0
    assert list(dict.fromkeys(scores_of(folder)["probe"])) == ["finetune", "random_weights", "majority", "chance"]
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["probes"]["finetune"]["n_passes"] == 3
    last = pd.read_csv(folder / "history.csv")["probe_valid_balanced_accuracy"].iloc[-1]
    assert last == pytest.approx(summary["metrics"]["valid/finetune/balanced_accuracy"])
    words = [
        "explain",
        "trust=[toy]",
        f"run={folder}",
        "interpretability=amplitude_gradient",
        "figures=[]",
        "device=cpu",
    ]
    assert main(words) == 0
    assert "encoder and finetune probe, test" in capsys.readouterr().err


def test_a_copy_is_not_trained_by_one_process_while_others_wait(train, capfd):
    status, _ = train("probe=[finetune,linear]", "probe.every=1", "trainer=ddp", *WORDS)
    assert status == 1
    assert "probe.every=1: the probe finetune trains a copy of the encoder" in capfd.readouterr().err


def test_options_of_the_copys_training_are_its_own(train, capfd):
    words = ["probe=[linear,finetune]", "trainer/optimizer=adamw", "trainer.lr=0.02"]
    assert train(*words, "--cfg=job")[0] == 0
    composed = OmegaConf.create(capfd.readouterr().out)
    assert composed.trainer.optimizer._target_.endswith("AdamW")
    own = composed.probe.of.finetune.trainer
    assert own.optimizer._target_.endswith("Adam")
    assert own.lr != 0.02
    assert train(*words, "trainer/optimizer@probe.of.finetune.trainer.optimizer=adamw", "--cfg=job")[0] == 0
    own = OmegaConf.create(capfd.readouterr().out).probe.of.finetune.trainer
    assert own.optimizer._target_.endswith("AdamW")
