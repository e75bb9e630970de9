"""A run is repeated from its own config.yaml, which is read as data."""

import json

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from eegbench.__main__ import main
from eegbench.config import ConfigError, conf_folder, plain, write_plain
from eegbench.launch.run_config import with_run_config


def composed(words):
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return plain(compose("train", overrides=list(words)))


def repeated(folder, *words):
    return with_run_config(["--config-path", str(folder), "--config-name", "config", *words], "train")


@pytest.fixture
def run(tmp_path):
    """Write the options of a run with these overrides to a folder; return the folder and the options."""

    def write(*words, **edited):
        options = OmegaConf.create(composed(words))
        for key, value in edited.items():
            OmegaConf.update(options, key.replace("__", "."), value, force_add=True)
        write_plain(options, tmp_path / "config.yaml")
        (tmp_path / ".hydra").mkdir(exist_ok=True)
        (tmp_path / ".hydra" / "overrides.yaml").write_text(json.dumps(words))
        return tmp_path, plain(options)

    return write


def test_an_unchanged_config_is_repeated_by_the_overrides_of_the_run(run):
    words = ("model=stager_net", "seed=3", "trainer.lr=0.01")
    folder, options = run(*words)
    assert repeated(folder) == list(words)
    assert composed(repeated(folder)) == options
    assert repeated(folder, "seed=4", "-m") == ["-m", "model=stager_net", "trainer.lr=0.01", "seed=4"]


def test_edited_values_and_labels_are_taken(run):
    labels = {"Sleep stage W": "Wake", "Sleep stage R": "REM"}
    edited = {"trainer__max_passes": 7, "name": "my run", "probe__every": 2, "figures": [], "dataset__labels": labels}
    folder, options = run("model=stager_net", **edited)
    options["dataset"]["labels"] = {**options["dataset"]["labels"]}
    assert composed(repeated(folder)) == options
    assert '++name="my run"' in repeated(folder)


def test_a_config_without_overrides_and_with_another_class_is_composed(run):
    folder, options = run("model=stager_net", "task=simclr")
    (folder / ".hydra" / "overrides.yaml").unlink()
    assert composed(repeated(folder)) == options


def test_a_group_that_is_typed_replaces_that_of_the_run_and_its_edits(run):
    folder, _ = run("model=stager_net", model__embed_dim=7)
    words = repeated(folder, "model=chambon2018")
    assert words == ["model=chambon2018"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("hydra", {"callbacks": {"x": {"_target_": "os.system"}}}, "sets up Hydra, which can start any program"),
        ("name", "${oc.env:HOME}", "name has an interpolation"),
    ],
)
def test_a_strangers_config_cannot_run_or_read_anything(run, key, value, said):
    folder, _ = run()
    options = OmegaConf.to_container(OmegaConf.load(folder / "config.yaml"), resolve=False)
    options[key] = value
    OmegaConf.save(OmegaConf.create(options), folder / "config.yaml")
    with pytest.raises(ConfigError, match=said):
        repeated(folder)


def test_places_trust_and_trackers_of_a_strangers_config_are_not_taken(run):
    folder, _ = run(paths__outputs="/elsewhere", tracking__uri="http://example.org", trust=["os"])
    assert repeated(folder) == []
    (folder / ".hydra" / "overrides.yaml").write_text("- trust=[os]\n")
    with pytest.raises(ConfigError, match="it sets the trusted modules"):
        repeated(folder)
    assert repeated(folder, "trust=[os]") == ["trust=[os]"]


def test_a_class_that_is_not_ours_is_refused_as_everywhere(run, capsys):
    folder, _ = run(model___target_="os.system")
    assert main(["train", "--config-path", str(folder), "--config-name", "config"]) == 1
    assert "only classes of eegbench and torch.optim are built" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--config-name", "explain"], "repeat a run"),
        (["--config-path", "x"], "repeat a run"),
        (["--config-path=x", "-cn=config"], "there is no config.yaml"),
    ],
)
def test_other_uses_of_these_flags_are_refused(tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, FileNotFoundError), match=said):
        with_run_config(words, "train")


def test_the_compose_api_needs_no_hydra_config():
    assert composed(["dataset=eegbci"])["name"] == "eegbci"
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        whole = compose("train", overrides=["dataset=simulated_dod_both"], return_hydra_config=True)
    assert whole.name == "simulated_dod_both"
