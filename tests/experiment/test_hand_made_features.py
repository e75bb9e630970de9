"""Hand-made features of the same windows are computed once, and never stand for others."""

from pathlib import Path

import numpy as np
import pytest
import torch

from eegbench.config import read_plain
from eegbench.experiment import hand_made_features as module
from eegbench.experiment.data import open_data
from eegbench.experiment.options import stored_experiment


@pytest.fixture
def options(finished, tmp_path):
    found = read_plain(finished / "config.yaml")
    found["store"]["folder"] = str(tmp_path / "stores")
    return found


def opened(options):
    experiment = stored_experiment(options, ["toy"], Path("run"))
    return open_data(experiment, torch.device("cpu"))


def hand_made(store, options, rows):
    experiment = stored_experiment(options, ["toy"], Path("run"))
    return module.hand_made(store, experiment.probes.hand_made, experiment.storage, rows).embeddings


@pytest.fixture
def data(options):
    return opened(options)


@pytest.fixture
def computed(monkeypatch):
    """The rows of each computation."""
    every, original = [], module.embed_trials

    def embed_trials(encoder, store, rows):
        every.append(rows)
        return original(encoder, store, rows)

    monkeypatch.setattr(module, "embed_trials", embed_trials)
    return every


def test_another_order_of_the_same_windows_takes_what_is_there(data, options, computed):
    rows = np.concatenate([data.rows(split, scored=True) for split in ("test", "train", "valid")])
    first, second = hand_made(data.store, options, rows), hand_made(data.store, options, np.sort(rows))
    assert len(computed) == 1
    np.testing.assert_array_equal(first.at(rows), second.at(rows))
    assert np.isfinite(first.features).all()
    assert first.features.std(axis=0).min() > 0


def test_other_windows_signals_and_features_are_computed(data, options, computed):
    rows = data.rows("train", scored=True)
    hand_made(data.store, options, rows)
    hand_made(data.store, options, rows[1:])
    options["probe"]["hand_made"]["bands_hz"] = [0.5, 4.5, 8.5]
    hand_made(data.store, options, rows)
    options["preprocessing"]["window_s"] = 1
    options["probe"]["hand_made"]["bands_hz"] = [0.5, 4.5, 8.5]
    hand_made(opened(options).store, options, rows)
    assert len(computed) == 4


def test_the_normalisation_of_windows_changes_nothing(data, options, computed):
    rows = data.rows("train", scored=True)
    for normalise in ("none", "recording", "window"):
        hand_made(data.store.normalised(normalise), options, rows)
    assert len(computed) == 1


def test_random_weights_in_their_place_are_not_kept(data, options, computed, tmp_path):
    options["probe"]["hand_made"] = options["model"]
    rows = data.rows("train", scored=True)
    for _ in range(2):
        hand_made(data.store, options, rows)
    assert len(computed) == 2
    assert not (tmp_path / "stores" / "features").exists()
