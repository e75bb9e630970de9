"""Networks with other units than single windows: overlapping windows, trials, recordings with missing channels."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from forms import form_of
from options import CONF, node_of
from own_recordings import noise, reader, write_edf

from eegbench.config import ConfigError, Spec
from eegbench.inference.description import Description
from eegbench.inference.network import Network, save_network
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.prediction.listing import list_nights
from eegbench.prediction.predictor import load_predictor
from eegbench.prediction.staging import Rules, stage
from eegbench.store.shard import SHARD_VERSION
from eegbench.store.windows import Windows

STEPS = "eegbench.preprocessing"
CHANNELS, CLASSES = ("C3", "C4"), ("left", "right")
FEATURES = {
    "_target_": "eegbench.model.spectral_features.SpectralFeatures",
    "bands_hz": [0.5, 4.5, 8.5, 11.5, 15.5, 30.0],
}
MEAN = {
    "_target_": "eegbench.model.channel_mean.ChannelMean",
    "encoder": {
        "_target_": "eegbench.model.chambon2018.Chambon2018",
        "n_filters": 2,
        "embed_dim": 4,
        "dropout": 0.0,
        "batch_norm": False,
    },
}


def signal(**changes):
    options = {"channels": None, "l_freq": None, "h_freq": None, "notch_hz": [], "reference": "as_recorded"}
    rest = {"exclude": [], "sfreq": None, "missing_channels": "refuse", "_target_": f"{STEPS}.filtered.Filtered"}
    return options | rest | changes


def standard(window_s=4.0, stride_s=4.0, **changes):
    made = {"_target_": f"{STEPS}.standard.Standard", "window_s": window_s, "stride_s": stride_s}
    judged = {"label_rule": "majority", "normalise": "none", "flat_uv": 1.0, "saturated_share": 0.05, "features": {}}
    return {**made, **judged, "padding": None, "signal": signal(**changes)}


def trial(tmin_s=0.0, tmax_s=3.99):
    made = {"_target_": f"{STEPS}.trial.Trial", "signal": signal(), "tmin_s": tmin_s, "tmax_s": tmax_s}
    crops = {"window_s": None, "stride_s": None, "max_shift_s": 0.1, "next_cue": "drop"}
    return {**made, **crops, "normalise": "none", "flat_uv": None, "saturated_share": None, "features": {}}


def predictor(folder, preprocessing, encoder=FEATURES, features=None, **changes):
    """Save a network of random weights for windows of 4 s at 100 Hz, and load it."""
    form = replace(form_of(CHANNELS, 100.0, 400), features=features or {})
    generator = torch.Generator().manual_seed(0)
    built = build_encoder(Spec(encoder, Encoder, "model"), form)
    known = Description(
        encoder=encoder, classes=CLASSES, form=form, preprocessing=preprocessing, temperature=2.0, **changes
    )
    weight = 0.05 * torch.randn(2, built.embed_dim, generator=generator)
    save_network(Network(built, weight=weight, bias=torch.zeros(2), description=known), folder / "network")
    return load_predictor(folder / "network", "network", trusted=(), device=torch.device("cpu"))


def staged(folder, network, rules=None, **options):
    dataset = reader(folder, subject="file", **({"labels_from": None, "ignored": ()} | options))
    renamed = network.reading(dataset, {})
    (night,) = list_nights(dataset, [])
    return stage(network, renamed, night, rules or Rules("arithmetic", is_calibrated=False), folder / "shard")


def test_windows_that_overlap_answer_for_their_steps_with_the_mean_of_their_votes(tmp_path):
    write_edf(tmp_path / "a" / "night.edf", noise(20, 100), 100, names=("C3", "C4", "O1"))
    write_edf(tmp_path / "b" / "night.edf", noise(20, 100), 100, names=("C3", "C4", "O1"))
    steps = staged(tmp_path / "a", predictor(tmp_path, standard(stride_s=2.0)))
    assert steps.epochs["start_s"].tolist() == [2.0 * i for i in range(10)]
    assert steps.n_votes.tolist() == [1, *[2] * 8, 1]
    whole = staged(tmp_path / "b", predictor(tmp_path, standard()))  # every other of these windows
    np.testing.assert_allclose(steps.probabilities[0], whole.probabilities[0], atol=1e-6)
    np.testing.assert_allclose(steps.probabilities[-1], whole.probabilities[-1], atol=1e-6)
    assert steps.unstaged_s == 0


def test_windows_that_have_the_class_of_their_centre_answer_for_it_and_the_ends_stay_unstaged(tmp_path):
    write_edf(tmp_path / "a" / "night.edf", noise(20, 100), 100, names=("C3", "C4", "O1"))
    write_edf(tmp_path / "b" / "night.edf", noise(20, 100), 100, names=("C3", "C4", "O1"))
    network = predictor(tmp_path, {**standard(window_s=4.0, stride_s=2.0), "label_rule": "centre"})
    found = staged(tmp_path / "a", network)  # centres at 2, 4, …, 18 s
    assert found.epochs["start_s"].tolist() == [2.0 * i for i in range(1, 10)]
    assert found.n_votes.tolist() == [1] * 9
    assert found.unstaged_s == 2
    whole = staged(tmp_path / "b", predictor(tmp_path, standard()))  # windows from 0, 4, … s
    np.testing.assert_allclose(found.probabilities[::2], whole.probabilities, atol=1e-6)


def test_trials_are_answered_where_cues_begin_them(tmp_path):
    cues = [(2.0, None, "l"), (8.0, None, "r"), (14.0, None, "l")]
    write_edf(tmp_path / "run.edf", noise(20, 100), 100, names=("C3", "C4", "O1"), notes=cues)
    network = predictor(tmp_path, trial())
    found = staged(tmp_path, network, labels_from="annotations", labels={"l": "left", "r": "right"})
    assert found.epochs["start_s"].tolist() == [2, 8, 14]
    assert found.epochs["label"].tolist() == [0, 1, 0]
    assert (found.epochs["duration_s"] == 4).all()
    assert found.is_trials
    assert found.unstaged_s == 0
    with pytest.raises(ValueError, match="trained on trials that begin at cues, so it needs cues"):
        staged(tmp_path, network)


def test_a_recording_that_lacks_a_channel_is_told_where_the_network_takes_that(tmp_path):
    write_edf(tmp_path / "night.edf", noise(20, 100)[:1], 100, names=("C3",))
    found = staged(tmp_path, predictor(tmp_path, standard(missing_channels="mark"), MEAN))
    assert found.warnings == ("channels of the network are missing: C4",)
    assert len(found.epochs) == 5


def test_a_recording_of_a_lower_rate_is_resampled_and_told(tmp_path):
    write_edf(tmp_path / "night.edf", noise(20, 64), 64, names=("C3", "C4", "O1"))
    found = staged(tmp_path, predictor(tmp_path, standard(), MEAN))
    assert found.warnings == ("recorded at a lower rate than the network's 100 Hz: C3 64 Hz, C4 64 Hz",)
    assert len(found.epochs) == 5


def test_the_temperature_is_applied_after_the_votes(tmp_path):
    for name in ("a", "b"):
        write_edf(tmp_path / name / "night.edf", noise(20, 100), 100, names=("C3", "C4", "O1"))
    network = predictor(tmp_path, standard())
    raw = staged(tmp_path / "a", network, Rules("geometric", is_calibrated=False)).probabilities
    cooler = staged(tmp_path / "b", network, Rules("geometric", is_calibrated=True)).probabilities
    odds, expected = (np.log(p[:, 0] / p[:, 1]) for p in (cooler, raw))
    np.testing.assert_allclose(odds, expected / 2.0, atol=1e-9)


def test_features_beside_the_signals_are_made_of_the_new_recording(tmp_path):
    data = noise(20, 100)
    write_edf(tmp_path / "night.edf", data, 100, names=("C3", "C4", "O1"))
    torch.manual_seed(0)
    node = node_of(CONF / "model" / "with_features.yaml") | {"signals": FEATURES, "normalisers": {}}
    index = {"_target_": f"{STEPS}.feature.index_window.IndexWindow", "increment_s": 4.0, "divisor": 10.0}
    network = predictor(tmp_path, {**standard(), "features": {"index": index}}, node, {"index": 1})
    found = staged(tmp_path, network)
    windows = torch.from_numpy(data[:2].reshape(2, 5, 400).swapaxes(0, 1).astype(np.float32))
    features = {"index": torch.arange(5, dtype=torch.float32).unsqueeze(1) / 10}
    with torch.no_grad():
        expected = network.network(Windows({"eeg": windows}, None, features)).softmax(1)
    np.testing.assert_allclose(found.probabilities, expected.numpy(), atol=2e-3)  # an EDF has 16 bits
    other = network.network(Windows({"eeg": windows}, None, {"index": torch.full((5, 1), 300.0)})).softmax(1).detach()
    assert np.abs(found.probabilities - other.numpy()).max() > 0.01


@pytest.mark.parametrize("target", ["subprocess.Popen", "eegbench.dataset.recordings.Recordings"])
def test_a_strangers_network_builds_no_other_class_than_preprocessing(tmp_path, target):
    with pytest.raises(ConfigError, match=r"model\.json: preprocessing\._target_="):
        predictor(tmp_path, {"_target_": target, "args": ["touch", str(tmp_path / "made")]})
    assert not (tmp_path / "made").exists()


def test_a_network_that_keeps_nothing_of_train_is_told_once_as_nothing_is_compared(tmp_path, caplog):
    caplog.set_level("INFO", "eegbench")
    predictor(tmp_path / "one", standard(), steps_version=SHARD_VERSION)
    (text,) = caplog.messages
    assert text.startswith("Recordings are not compared with the training data, because the network contains no")
    assert "(train_quantiles in its model.json is empty" in text
    caplog.clear()
    known = {"eeg": {"std_uv": ((1.0, 1.0), (2.0, 2.0), (3.0, 3.0))}}
    predictor(tmp_path / "two", standard(), train_quantiles=known, steps_version=SHARD_VERSION)
    assert caplog.messages == []


def warnings_of(tmp_path, signals):
    write_edf(tmp_path / "night.edf", signals, 100, names=("C3", "C4", "O1"))
    return staged(tmp_path, predictor(tmp_path, standard())).warnings


def test_a_channel_that_is_flat_all_night_is_named_with_its_share(tmp_path):
    signals = noise(20, 100)
    signals[1] = 0
    (text,) = warnings_of(tmp_path, signals)
    assert text.startswith("UNRELIABLE: 100 % of its windows are flagged (flat C4 100 %), so its stages are unreliable")


def test_channels_that_are_flat_in_most_windows_are_told_and_in_fewer_not(tmp_path):
    signals = noise(20, 100)
    signals[0, 800:] = 0  # of five windows of 4 s, the last three
    signals[1, 1600:] = 0
    (text,) = warnings_of(tmp_path / "most", signals)
    assert "60 % of its windows are flagged (flat C3 60 %, flat C4 20 %)" in text
    signals = noise(20, 100)
    signals[0, 1200:] = 0
    assert warnings_of(tmp_path / "some", signals) == ()
