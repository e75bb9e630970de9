"""Choice of a run's network for predictions, and errors for probes without a head and for unfinished runs."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from eegbench.config import ConfigError
from eegbench.inference.network import describe
from eegbench.prediction.predictor import load_predictor
from eegbench.prediction.saved_run import find_network

HEADLESS = {
    "format": 3,
    "encoder": {"_target_": "eegbench.model.chambon2018.Chambon2018"},
    "sequence": None,
    "classes": [],
    "form": {"groups": {}, "normalise": "window", "unit": "µV"},
    "context": 1,
    "voting": "geometric",
    "preprocessing": {"options": {}, "version": 6},
    "temperature": 1.0,
    "train_quantiles": {},
    "labels": {},
    "ignored": [],
}


def run_of(folder, *places, **summary):
    """Make a folder like that of a finished run, with empty networks in some places."""
    folder.mkdir(exist_ok=True)
    known = {"main_probe": "linear", "probes": {"linear": {}, "knn": {}, "hand_made": {}}}
    (folder / "summary.json").write_text(json.dumps(known | {"fitted_with": {"hand_made": "linear"}} | summary))
    for place in places:
        (folder / place).mkdir(parents=True)
        for name in ("model.json", "model.safetensors"):
            (folder / place / name).write_text("{}")
    return folder


def found(folder, predictor="auto"):
    return find_network(str(folder), predictor, outputs=folder, tracking_uri=None, aside=folder)


def find(folder, predictor="auto"):
    network = found(folder, predictor)
    return network.folder, network.name


def test_the_network_comes_before_the_main_probe(tmp_path):
    both = run_of(tmp_path / "both", "model", "network", "probes/finetune")
    assert find(both, "auto") == (both / "network", "network")
    assert find(both, "probe") == (both / "model", "linear")
    assert find(both, "finetune") == (both / "probes" / "finetune", "finetune")
    probed = run_of(tmp_path / "probed", "model")
    assert find(probed, "auto") == (probed / "model", "linear")
    with pytest.raises(ConfigError, match="has no network with a head for the classes"):
        find(probed, "network")


@pytest.mark.parametrize(
    ("place", "name"), [("model", "linear"), ("network", "network"), ("probes/finetune", "finetune")]
)
def test_the_folder_of_a_network_inside_a_run_is_taken_as_the_run(tmp_path, monkeypatch, place, name):
    probes = {"linear": {}, "knn": {}, "finetune": {}}
    run = run_of(tmp_path / "run", "model", "network", "probes/finetune", probes=probes)
    (run / "split.json").write_text("{}")
    for predictor in ("auto", name):
        network = found(run / place, predictor)
        assert (network.folder, network.name) == (run / place, name)
        assert network.fetch("split.json") == run / "split.json"
    other = "linear" if name != "linear" else "finetune"
    with pytest.raises(ConfigError, match=rf"--run .*{place} is the folder of the predictor {name}; omit .* --run "):
        find(run / place, other)
    monkeypatch.chdir(run / place)
    assert find(Path()) == (run / place, name)


def test_a_network_without_its_run_has_the_name_of_its_folder_and_no_choice(tmp_path):
    run = run_of(tmp_path / "run", "network")
    alone = shutil.copytree(run / "network", tmp_path / "mine")
    network = found(alone)
    assert (network.folder, network.name, network.fetch) == (alone, "mine", None)
    (run / "summary.json").unlink()
    assert found(run / "network").fetch is None
    with pytest.raises(ConfigError, match="--predictor linear: .* is one saved network without its run"):
        find(alone, "linear")


def test_a_probe_without_a_head_is_refused_with_those_that_have_one(tmp_path):
    folder = run_of(tmp_path / "run", "model")
    with pytest.raises(ConfigError, match=r"--predictor knn: this probe has no head .* choose another .*\(linear\)"):
        find(folder, "knn")
    with pytest.raises(ConfigError, match=r"has the probes linear, knn; did you mean linear\?"):
        find(folder, "lineal")


def test_an_encoder_without_a_head_predicts_nothing(tmp_path):
    (tmp_path / "model.json").write_text(json.dumps(HEADLESS))
    with pytest.raises(ConfigError, match=r"without a head, so it cannot predict \(nearest neighbours"):
        load_predictor(tmp_path, "knn", trusted=(), device=torch.device("cpu"))


def test_runs_that_are_not_finished_or_given_up_are_refused(tmp_path):
    (tmp_path / "begun").mkdir()
    with pytest.raises(FileNotFoundError, match=r"not a finished run \(summary.json is missing\)"):
        find(tmp_path / "begun", "auto")
    with pytest.raises(ConfigError, match="the run was pruned in its sweep"):
        find(run_of(tmp_path / "pruned", pruned={"pass": 1, "value": 0.5}), "auto")
    with pytest.raises(FileNotFoundError, match="no such folder"):
        find(tmp_path / "nowhere", "auto")


@pytest.mark.realdata
def test_published_weights_are_made_into_a_network_aside(shared_data, tmp_path):
    weights = shared_data / "dreem-weights" / "dodh_simple_sleep_net.safetensors"
    network = find_network(str(weights), "auto", outputs=tmp_path, tracking_uri=None, aside=tmp_path)
    assert (network.name, network.fetch) == ("dodh_simple_sleep_net", None)
    assert describe(network.folder).classes == ("W", "N1", "N2", "N3", "R")
    assert network.folder.parent == tmp_path


def test_other_weights_are_refused(tmp_path):
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(
        ConfigError, match=r"other\.safetensors: these are not the weights of a published SimpleSleepNet"
    ):
        find_network(str(tmp_path / "other.safetensors"), "auto", outputs=tmp_path, tracking_uri=None, aside=tmp_path)
