"""Networks of the Dreem Open Datasets that are no sequences of signals, from records to stages, at toy size."""

import json

import numpy as np
import pandas as pd
import pytest
from h5_files import signal, write_h5
from safetensors.torch import load_file

from eegbench.__main__ import main
from eegbench.inference.network import describe

N_EPOCHS = 28
COMMON = (
    *("dataset=h5_psg", "dataset.subject=file", "dataset.channels=[C3_M2]", "split.n_valid=1", "split.n_test=1"),
    *(
        "trainer.max_passes=1",
        "trainer.batch_size=8",
        "store.n_workers=1",
        "device=cpu",
        "figures=[]",
        "tracking=folder",
    ),
)
CONTEXT = ("preprocessing=dreem_context", "model=spectral_features", "task=supervised")
MIXED = (
    *("preprocessing=dreem_features", "model=mixed_net", "model.features.layers=[8]", "task=supervised_sequence"),
    *("model/sequence@task.sequence=lstm", "task.sequence.hidden_dim=4", "sampler.length=5"),
    *("task.outputs=one", "sampler.ends=absent"),
)


@pytest.fixture(scope="module")
def trained(train, tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("dreem_networks"), np.random.default_rng(0)
    one = signal("C3_M2", fs=250.0)
    for name in ("H00", "H01", "H02"):
        values = {one["path"]: rng.normal(0, 20, 7500 * N_EPOCHS).astype(np.float32)}
        write_h5(folder / "records" / f"{name}.h5", values, description=[one], hypnogram=np.arange(N_EPOCHS) % 5)

    def run(*words):
        status, runs = train(
            *COMMON, *words, f"paths.stores={folder}", f"dataset.root={folder / 'records'}", small=False
        )
        return status, runs

    return folder / "records", run


@pytest.mark.slow
def test_a_network_of_21_sleep_epochs_stages_the_middle_ones_and_no_other(trained, tmp_path):
    records, train = trained
    status, (run,) = train(*CONTEXT)
    assert status == 0
    windows = pd.read_parquet(run / "windows.parquet")
    assert windows.groupby("recording").size().tolist() == [
        8,
        8,
        8,
    ]  # of 28 epochs, 20 lack some of their 10 neighbours
    assert main(["predict", "--run", str(run), str(records / "H00.h5"), "--out", str(tmp_path), "--no-figures"]) == 0
    table = pd.read_csv(tmp_path / "H00-hypnogram.csv")
    assert table["start_s"].tolist() == [300.0 + 30 * i for i in range(8)]
    assert table["n_votes"].tolist() == [1] * 8
    own = windows[windows["recording"] == "H00"]
    classes = describe(run / "network").classes
    assert table["label"].tolist() == [classes[label] for label in own["label"]]
    (stages,) = (tmp_path / "stages").rglob("H00.json")
    assert [stage >= 0 for stage in json.loads(stages.read_text())] == [False] * 10 + [True] * 8 + [False] * 10


@pytest.mark.slow
def test_a_network_of_features_alone_stages_and_explains_nothing_of_the_signals(trained, tmp_path, capsys):
    records, train = trained
    status, (run,) = train(*MIXED)
    assert status == 0
    assert sum(describe(run / "network").form.features.values()) == 323
    assert main(["predict", "--run", str(run), str(records / "H00.h5"), "--out", str(tmp_path), "--no-figures"]) == 0
    assert pd.read_csv(tmp_path / "H00-hypnogram.csv")["n_votes"].tolist() == [1] * N_EPOCHS  # of the middle alone
    capsys.readouterr()
    assert main(["explain", f"run={run}", "interpretability=[occlusion]"]) == 1
    assert "model=features_only does not use signals, and interpretability methods" in capsys.readouterr().err


CONVOLUTIONS = "encoder.epoch_encoder"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sizes", "n_windows", "parts", "shapes"),
    [
        (
            "tsinalis",
            ("model.epoch_encoder.n_filters=2", "model.reducer.layers=[4,3]"),
            N_EPOCHS - 20,
            {"": "ModuloNet", "epoch_encoder": "Tsinalis", "reducer": "FullyConnected"},
            {
                f"{CONVOLUTIONS}.layers.0.weight": (2, 1, 200),
                "encoder.reducer.linear.layers.4.weight": (3, 4),
                "weight": (5, 3),
            },
        ),
        (
            "deep_sleep_net",
            ("model.epoch_encoder.n_filters=2", "task.sequence.hidden_dim=4", "sampler.length=3"),
            N_EPOCHS,
            {"": "ModuloNet", "epoch_encoder": "DeepSleep", "reducer": "Flatten", "sequence": "ResidualLstm"},
            {
                f"{CONVOLUTIONS}.fast.0.weight": (2, 1, 50),
                f"{CONVOLUTIONS}.slow.0.weight": (2, 1, 200),
                "sequence.layers.1.onward.weight_hh_l0": (16, 4),
                "weight": (5, 8),
            },
        ),
        (
            "mixed_net",
            ("model.features.layers=[4,3]", "task.sequence.hidden_dim=4", "sampler.length=3"),
            N_EPOCHS,
            {"": "FeaturesOnly", "features": "FullyConnected", "sequence": "Lstm"},
            {
                "encoder.features.layers.1.weight": (4, 323),
                "encoder.features.layers.4.weight": (3, 4),
                "sequence.layers.0.onward.weight_hh_l0": (16, 4),
                "weight": (5, 8),
            },
        ),
    ],
)
def test_a_published_network_is_trained_from_its_experiment_with_its_parts_at_toy_sizes(
    trained, name, sizes, n_windows, parts, shapes
):
    status, (run,) = trained[1](f"experiment={name}", *sizes)
    assert status == 0
    known = describe(run / "network")
    nodes = {"": known.encoder, "sequence": known.sequence, **known.encoder}
    assert {part: nodes[part]["_target_"].rpartition(".")[2] for part in parts} == parts
    assert (known.sequence is not None) == ("sequence" in parts)
    weights = load_file(run / "network" / "model.safetensors")
    assert {key: tuple(weights[key].shape) for key in shapes} == shapes
    history = pd.read_csv(run / "history.csv").set_index("pass")
    assert np.isfinite(history.loc[1, ["train_loss", "valid_loss"]].astype(float)).all()
    scores = pd.read_csv(run / "scores.csv").query("split == 'test' and aggregation == 'pooled'")
    table = scores[scores["metric"] == "balanced_accuracy"].set_index("probe")
    assert set(table["n"]) == {n_windows}
    assert {"network", "random_weights", "hand_made", "majority", "chance"} <= set(table.index)
    assert table["value"].between(0, 1).all()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("interpretability=[saliency]", "leave them out (interpretability=[]), or choose another model"),
        ("+augmentation@task.augmentations.drop=channel_drop", "so task.augmentations (drop) have no effect"),
    ],
)
def test_what_needs_signals_is_refused_before_a_network_of_features_alone_is_trained(trained, capsys, word, message):
    status, _ = trained[1](*MIXED, word)
    assert status == 1
    assert message in capsys.readouterr().err
