"""Padded recordings give what the published code computes, written anew here: a padded night, cut into epochs."""

import numpy as np
import pandas as pd
import pytest
import torch
from omegaconf import OmegaConf

from eegbench.__main__ import main
from eegbench.experiment import training
from eegbench.experiment.data import open_data
from eegbench.experiment.initial_weights import start_encoder
from eegbench.experiment.normaliser_fit import fit_encoders
from eegbench.experiment.options import read_experiment, stored_experiment
from eegbench.inference.network import describe, load_network
from eegbench.sampler.stretch import sequences
from eegbench.store.windows import Windows
from eegbench.types import Padding

pytestmark = pytest.mark.slow

EPOCHS, N, L, VALUE = 60, 6, 5, 5.0
CLASSES = ["W", "N1", "N2", "N3", "R"]

NETWORK = (
    "experiment=simple_sleep_net",
    *("dataset.n_subjects=5", "dataset.hours=0.5", "dataset.channels=[C3_M2,F4_M1,EMG]"),
    *("model.signals.epoch_encoder.hidden_dim=4", "task.sequence.hidden_dim=4", f"sampler.length={L}"),
    *("trainer.max_passes=2", "store.n_workers=1", "device=cpu", "figures=[]", "tracking=folder"),
)
PADDED = (
    "+preprocessing/padding=constant_padding",
    *(f"preprocessing.padding.padding_s={30 * N}", f"preprocessing.padding.value={VALUE}"),
    "model.signals.normalisers.standardise.batch_moments=true",
)


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("padding")
    return f"paths.stores={folder}", f"dataset.root={folder / 'records'}"


@pytest.fixture(scope="module")
def run(train, places):
    status, (folder,) = train(*NETWORK, *PADDED, *places, small=False)
    assert status == 0
    return folder


@pytest.fixture(scope="module")
def experiment(run):
    return stored_experiment(OmegaConf.to_container(OmegaConf.load(run / "config.yaml")), (), run)


@pytest.fixture(scope="module")
def data(experiment):
    return open_data(experiment, torch.device("cpu"))


@pytest.fixture(scope="module")
def nights(data):
    """Each recording as the published code has it: epochs of the padded signal, and features of the padded index."""
    return {shard.header.recording: published(np.asarray(shard.signal("eeg"))) for shard in data.store.shards}


def published(signal):
    padded = np.pad(signal, ((0, 0), (N * 3000, N * 3000)), constant_values=VALUE)
    epochs = padded.reshape(len(signal), -1, 3000).transpose(1, 0, 2)
    n = signal.shape[1] // 3000
    index = np.concatenate([np.zeros(N), np.arange(n), np.full(N, n - 1)])[:, None]
    features = {"index": index / 1200, "cycles": np.cos(np.pi * index / np.array([10, 30, 60, 90, 120]))}
    return epochs, {name: one.astype(np.float32) for name, one in features.items()}


def centred(n_epochs):
    """Return the epochs of all evaluation sequences of a padded night."""
    centres = np.arange(L // 2, n_epochs - L // 2)
    return centres[:, None] + np.arange(-(L // 2), L // 2 + 1)


def of_night(data, recording):
    return data.store.table[data.store.table["recording"] == recording]


@pytest.mark.study
def test_sequences_hold_what_a_padded_night_holds(data, nights):
    for recording, (epochs, features) in nights.items():
        found = sequences(of_night(data, recording), L, 1, is_centred=False)
        expected = centred(len(epochs))
        assert found.shape == expected.shape == (EPOCHS + 2 * N - L + 1, L)
        windows = data.store.gather(found.ravel())
        np.testing.assert_array_equal(windows.only.numpy(), epochs[expected.ravel()])
        for name, values in features.items():
            np.testing.assert_allclose(windows.features[name].numpy(), values[expected.ravel()], atol=1e-6)


def test_training_draws_the_sequences_around_real_epochs(experiment, data):
    part = data.part("valid")
    drawn = experiment.sampler.draw(part, np.random.default_rng(0))
    assert sorted(drawn.windows[:, L // 2]) == part.index.tolist()
    targets = part["label"].reindex(drawn.windows.ravel(), fill_value=-1).to_numpy()
    np.testing.assert_array_equal(drawn.targets.ravel(), targets)
    first = drawn.windows[drawn.windows[:, L // 2] == part.index[0]][0]
    assert (first[: L // 2] == first[0]).all()
    assert first[0] >= len(data.store)


def test_padding_is_in_no_table_and_no_score(run, data):
    assert len(data.store) == 5 * EPOCHS
    frame = pd.read_parquet(run / "predictions.parquet").query("probe == 'network'")
    assert frame.groupby("recording").size().tolist() == [EPOCHS] * 5
    assert len(np.load(run / "embeddings.npz")["rows"]) == 5 * EPOCHS


def voted(network, epochs, features):
    """Return the class probabilities of real epochs: the geometric mean over all sequences of the padded night."""
    signals, features = torch.tensor(epochs), {name: torch.tensor(one) for name, one in features.items()}
    index = centred(len(epochs))
    with torch.no_grad():
        z = network.embed(Windows({"eeg": signals}, None, features))
        logs = network.scores(z[index], torch.ones(index.shape, dtype=torch.bool)).double().log_softmax(2).numpy()
    total, n = np.zeros((len(epochs), 5)), np.zeros(len(epochs))
    np.add.at(total, index, logs)
    np.add.at(n, index, 1)
    mean = np.exp(total[N:-N] / n[N:-N, None])
    return mean / mean.sum(1, keepdims=True), n[N:-N]


def test_the_run_the_saved_network_and_predict_answer_as_the_published_way_with_as_many_votes(
    run, nights, places, tmp_path
):
    network = load_network(run / "network")
    frame = pd.read_parquet(run / "predictions.parquet").query("probe == 'network'")
    words = ("dataset=simulated_dod", "dataset.n_subjects=5", "dataset.hours=0.5", "dataset.channels=[C3_M2,F4_M1,EMG]")
    done = ["predict", "--run", run, "--out", tmp_path, "--no-figures", "--device", "cpu", "--uncalibrated"]
    assert main([*map(str, done), *words, places[1]]) == 0
    for recording, night in nights.items():
        expected, n_votes = voted(network, *night)
        assert (n_votes == L).all()
        said = frame[frame["recording"] == recording].sort_values("start_s")
        np.testing.assert_allclose(said[CLASSES].to_numpy(), expected, atol=1e-5)
        staged = pd.read_csv(tmp_path / f"{recording}-hypnodensity.csv")
        np.testing.assert_allclose(staged[CLASSES].to_numpy(), expected, atol=1e-5)
        assert (pd.read_csv(tmp_path / f"{recording}-hypnogram.csv")["n_votes"] == L).all()


def moments(encoder, batches):
    """Return the mean over batches of their means and unbiased deviations, after the normalisers before."""
    before = list(encoder.signals.normalisers.values())[:-1]
    means, deviations = [], []
    for x in batches:
        x = torch.tensor(x)
        for one in before:
            x = one(x)
        rows = x.double().numpy().transpose(1, 2, 0, 3).reshape(*x.shape[1:3], -1)
        means.append(rows.mean(-1))
        deviations.append(rows.std(-1, ddof=1))
    return np.mean(means, axis=0), np.mean(deviations, axis=0)


def test_normalisers_learn_from_padding_as_published(run, data, nights):
    network = load_network(run / "network")
    train = dict.fromkeys(data.part("train")["recording"])
    batches = [
        nights[recording][0][centred(EPOCHS + 2 * N)[first : first + 32].ravel()]
        for recording in train
        for first in range(0, EPOCHS + 2 * N - L + 1, 32)
    ]
    assert len(batches) == 3 * 3
    fitted = network.encoder.signals.normalisers["standardise"]
    for found, expected in zip((fitted.mean, fitted.deviation), moments(network.encoder, batches), strict=True):
        np.testing.assert_allclose(found[..., 0].numpy(), expected, rtol=1e-6, atol=1e-6)
    without = [data.store.gather(data.rows("train", scored=True)).only.numpy()]
    for found, other in zip((fitted.mean, fitted.deviation), moments(network.encoder, without), strict=True):
        assert np.abs(found[..., 0].numpy() - other).max() > 0.1


def test_padding_may_be_left_out_of_normalisers(experiment, data):
    without = read_experiment(options(experiment, in_normalisers=False))
    encoder, _ = start_encoder(without, data.store)
    fit_encoders([encoder], data, without)
    rows = data.rows("train", scored=True)
    batches = [data.store.gather(rows[first : first + 32]).only.numpy() for first in range(0, len(rows), 32)]
    fitted = encoder.signals.normalisers["standardise"]
    for found, expected in zip((fitted.mean, fitted.deviation), moments(encoder, batches), strict=True):
        np.testing.assert_allclose(found[..., 0].numpy(), expected, rtol=1e-6, atol=1e-6)


def test_a_saved_network_says_how_recordings_are_padded(run):
    known = describe(run / "network")
    assert known.form.padding == Padding(N, VALUE)
    assert known.preprocessing["padding"]["padding_s"] == 30 * N


def test_a_resumed_run_keeps_the_padding(run, train, places, monkeypatch):
    tell_pass = training.tell_pass

    def interrupt(row):
        tell_pass(row)
        if row["pass"] == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "tell_pass", interrupt)
    status, (folder,) = train(*NETWORK, *PADDED, *places, small=False)
    assert status == 130
    monkeypatch.setattr(training, "tell_pass", tell_pass)
    assert main(["train", f"resume={folder}"]) == 0
    frames = [pd.read_parquet(one / "predictions.parquet") for one in (run, folder)]
    pd.testing.assert_frame_equal(*frames, check_exact=True)


def options(experiment, **padding):
    preprocessing = experiment.options["preprocessing"]
    changed = preprocessing["padding"] | padding
    return {**experiment.options, "preprocessing": {**preprocessing, "padding": changed}}


@pytest.mark.parametrize(
    ("padding", "said"),
    [
        ({"padding_s": 100.0}, r"padding_s=100 is not a whole number of windows .*window_s=30 s; set it to 120"),
        ({"padding_s": 0.0}, "padding_s=0.0: expected a number above 0"),
    ],
)
def test_padding_that_cannot_be_is_refused(experiment, padding, said):
    with pytest.raises(ValueError, match=said):
        read_experiment(options(experiment, **padding))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"window_s": 630.0}, "windows of 630 s every 30 s would overlap the padding"),
        ({"normalise": "recording"}, "would have a different value in each recording"),
    ],
)
def test_windows_that_padding_does_not_suit_are_refused(experiment, changes, said):
    preprocessing = {**experiment.options["preprocessing"], **changes}
    with pytest.raises(ValueError, match=said):
        read_experiment({**experiment.options, "preprocessing": preprocessing})
