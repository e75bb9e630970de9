"""A stager of sequences on two groups of signals: trained, probed, explained, saved, and loaded in a fresh process."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf

LOAD = """
import sys
from pathlib import Path
import numpy as np, torch
from eegbench.inference.network import load_network
from eegbench.store.windows import Windows
given = np.load(sys.argv[2])
network = load_network(Path(sys.argv[1]))
windows = Windows({name: torch.from_numpy(given[name]) for name in network.description.form.groups})
with torch.no_grad():
    z = network.embed(windows)
    scores = network.scores(z[None], torch.ones(1, len(z), dtype=torch.bool))[0]
np.savez(sys.argv[3], z=z.numpy(), scores=scores.numpy())
"""


@pytest.fixture(scope="module")
def run(stager):
    return stager


def signals_of(run, night, group):
    """Return the signals of the windows of one recording from its shard, in µV."""
    (recording,) = night["recording"].unique()
    stores = Path(OmegaConf.load(run / "config.yaml").paths.stores)
    (file,) = stores.rglob(f"{recording}-*/signal-{group}.npy")
    signal, sfreq = np.load(file), {"eeg": 100, "eog": 50}[group]
    first = (night["start_s"] * sfreq).round().astype(int)
    return np.stack([signal[:, at : at + 2 * sfreq] for at in first])


def test_the_network_and_the_probe_stand_in_one_table(run):
    scores = pd.read_csv(run / "scores.csv")
    assert {"network", "linear", "random_weights", "hand_made", "majority", "chance"} == set(scores["probe"])
    frame = pd.read_parquet(run / "predictions.parquet")
    network = frame[frame["probe"] == "network"]
    np.testing.assert_allclose(network[["left", "right"]].sum(axis=1), 1, atol=1e-6)
    assert len(network) == (frame["probe"] == "linear").sum()


def test_each_group_has_a_map_of_its_own(run):
    tables = run / "tables" / "interpretability"
    assert set(pd.read_parquet(tables / "occlusion_eeg.parquet")["channel"]) == {"A"}
    assert set(pd.read_parquet(tables / "occlusion_eog.parquet")["channel"]) == {"B"}
    assert pd.read_csv(tables / "checks.csv")["method"].tolist() == ["occlusion_eeg", "occlusion_eog"]
    assert (run / "figures" / "interpretability" / "occlusion_eog_map.png").is_file()


def test_the_saved_network_says_all_that_its_use_needs(run):
    facts = json.loads((run / "network" / "model.json").read_text(encoding="utf-8"))
    assert {name: group["sfreq"] for name, group in facts["form"]["groups"].items()} == {"eeg": 100.0, "eog": 50.0}
    assert facts["context"] == 5
    assert facts["sequence"]["hidden_dim"] == 8
    assert facts["classes"] == ["left", "right"]
    assert facts["preprocessing"]["options"]["window_s"] == 2
    assert facts["preprocessing"]["version"] > 0
    assert 0.05 <= facts["temperature"] <= 20
    low, middle, high = facts["train_quantiles"]["eeg"]["std_uv"]
    assert 5 < low[0] <= middle[0] <= high[0] < 100
    assert "trust" not in json.dumps(facts)


@pytest.mark.slow
def test_encoder_and_network_come_back_in_a_fresh_process_from_the_folder_alone(run, tmp_path):
    from eegbench.inference.network import load_network
    from eegbench.store.windows import Windows

    rng = np.random.default_rng(0)
    given = {"eeg": rng.normal(size=(5, 1, 200)), "eog": rng.normal(size=(5, 1, 100))}
    np.savez(tmp_path / "windows.npz", **{name: x.astype(np.float32) for name, x in given.items()})
    arguments = [str(run / "network"), str(tmp_path / "windows.npz"), str(tmp_path / "found.npz")]
    subprocess.run([sys.executable, "-c", LOAD, *arguments], check=True, cwd=tmp_path)
    import torch

    network = load_network(run / "network")
    windows = Windows({name: torch.from_numpy(x.astype(np.float32)) for name, x in given.items()})
    with torch.no_grad():
        expected = network.embed(windows).numpy()
    with np.load(tmp_path / "found.npz") as found:
        np.testing.assert_array_equal(found["z"], expected)
        assert found["scores"].shape == (5, 2)


def test_probabilities_are_of_windows_of_each_group(run):
    from eegbench.inference.network import load_network

    network = load_network(run / "model")
    given = {"eeg": np.ones((3, 1, 200)), "eog": np.ones((3, 1, 100))}
    found = network.probabilities(given)
    assert found.shape == (3, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    with pytest.raises(ValueError, match=r"each group of signals by name \(eeg, eog\), got one array"):
        network.probabilities(given["eeg"])
    with pytest.raises(ValueError, match=r"shape \(n, 1, 100\) .*B at 50 Hz\), got \(3, 1, 200\)"):
        network.probabilities(given | {"eog": given["eeg"]})
    with pytest.raises(ValueError, match="same number of windows in each group"):
        network.probabilities(given | {"eog": np.ones((2, 1, 100))})


def test_a_network_of_sequences_gives_windows_in_order_the_probabilities_of_the_run(run):
    from eegbench.inference.network import load_network
    from eegbench.inference.voting import probabilities_in_order

    network, frame = load_network(run / "network"), pd.read_parquet(run / "predictions.parquet")
    windows = pd.read_parquet(run / "windows.parquet")
    night = windows[windows["recording"] == windows.loc[windows["split"] == "test", "recording"].iloc[0]]
    assert not night["rejected"].any()
    given = {name: signals_of(run, night, name) for name in ("eeg", "eog")}
    found = probabilities_in_order(network, given)[night["scored"].to_numpy()]
    said = frame[(frame["probe"] == "network") & frame["recording"].isin(night["recording"])]
    np.testing.assert_allclose(found, said[["left", "right"]].to_numpy(), atol=1e-4)
    with pytest.raises(ValueError, match=r"sequences of 5 windows; .*probabilities_in_order\(network, windows\)"):
        network.probabilities(given)


def test_votes_of_the_saved_network_are_the_predictions_of_the_run(run):
    from eegbench.inference.embedding import Embeddings
    from eegbench.inference.network import load_network
    from eegbench.inference.voting import vote

    network, frame = load_network(run / "network"), pd.read_parquet(run / "predictions.parquet")
    windows = pd.read_parquet(run / "windows.parquet")
    with np.load(run / "embeddings.npz") as known:
        embeddings = Embeddings(known["features"], known["rows"])
    test = windows[windows["split"] == "test"]
    rows = test.index.to_numpy()[(test["scored"] & ~test["rejected"]).to_numpy()]
    said = frame[(frame["probe"] == "network") & (frame["split"] == "test")]
    np.testing.assert_allclose(vote(network, embeddings, test, rows), said[["left", "right"]].to_numpy(), atol=1e-5)
