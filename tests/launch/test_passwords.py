"""A password in an address is in no file, no message and no record of a run, however it was given."""

import pytest
import yaml
from toy import SMALL

from eegbench.__main__ import main
from eegbench.launch.resume import typed_again, with_resume

SECRETS = ("geheim1", "geheim2", "geheim3", "geheim4")


@pytest.fixture
def own_options(toy_options, tmp_path, monkeypatch):
    """A folder of options, one with a password in it; another password is in the environment."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "dataset").symlink_to(toy_options / "dataset")
    (folder / "experiment").mkdir()
    text = "# @package _global_\npaths: {roots: {dod_h: 'https://me:geheim3@host/x'}}\n"
    (folder / "experiment" / "lab.yaml").write_text(text)
    monkeypatch.setenv("ADDRESS", "postgresql://me:geheim4@host/x")
    return folder


def found_in(folder):
    """Return the files below a folder that contain a password."""
    files = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    return sorted(str(file.relative_to(folder)) for file, text in files.items() if b"geheim" in text)


@pytest.mark.slow
@pytest.mark.parametrize("is_multirun", [False, True])
def test_no_password_is_written_or_shown(own_options, tmp_path, capfd, is_multirun):
    words = [
        "experiment=lab",
        "paths.roots.dod_o='https://me:geheim1@host/x?token=geheim2'",
        "paths.roots.bids=${oc.env:ADDRESS}",
        "trainer.max_passes=1",
        *(["-m", "split.seed=1,2"] if is_multirun else []),
    ]
    outputs = tmp_path / "outputs"
    assert main(["train", f"--config-dir={own_options}", *SMALL, f"paths.outputs={outputs}", *words]) == 0
    said = "".join(capfd.readouterr())
    assert not any(secret in said for secret in SECRETS)
    assert found_in(outputs) == []
    runs = list(outputs.glob("sweeps/*/[01]" if is_multirun else "runs/*"))
    assert len(runs) == 1 + is_multirun
    roots = yaml.safe_load((runs[0] / "config.yaml").read_text())["paths"]["roots"]
    assert roots["dod_o"] == "https://me:***@host/x?token=***"
    assert roots["dod_h"] == "https://me:***@host/x"
    assert roots["bids"] == "postgresql://me:***@host/x"
    kept = [(runs[0] / ".hydra" / f"{name}.yaml").read_text() for name in ("config", "hydra", "overrides")]
    assert all("https://me:***@host/x?token=***" in text for text in kept)
    assert "${oc.env:ADDRESS}" in kept[0]


@pytest.mark.parametrize(
    "verb", [["track", "o/runs/RUN"], ["compare", "--experiment", "x"], ["predict", "--run", "1a"]]
)
def test_verbs_without_hydra_show_no_password(verb, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "o" / "runs" / "RUN"
    run.mkdir(parents=True)
    (run / "config.yaml").write_text("paths: {outputs: o, runs: o/runs, sweeps: o/sweeps}\nsweep: {objective: x}")
    sent = '{"experiment": "x", "name": "x", "tags": {}, "datasets": [], "parent": null, "model": null}'
    (run / "summary.json").write_text(f'{{"metrics": {{}}, "tracked": {sent}}}')
    out = ["--out", "out", "x.edf"] if verb[0] == "predict" else []
    assert main([*verb, *out, "--tracking-uri", "postgresql://me:geheim1@127.0.0.1:1/x"]) == 1
    said = capsys.readouterr().err
    assert "postgresql://me:***@127.0.0.1:1/x" in said
    assert "geheim" not in said


@pytest.fixture
def interrupted(tmp_path):
    """Return the folder of an interrupted run that was made with these words."""

    def make(*words):
        (tmp_path / ".hydra").mkdir()
        (tmp_path / ".hydra" / "overrides.yaml").write_text(yaml.safe_dump(list(words)))
        return tmp_path

    return make


STORED = "tracking.uri=postgresql://me:***@host/x"


def test_a_run_asks_for_its_address_when_it_is_resumed(interrupted, capsys):
    folder = interrupted("seed=3", STORED)
    assert main(["train", f"resume={folder}"]) == 1
    said = capsys.readouterr().err
    assert STORED in said
    assert "it says where data are sent" in said
    assert "with the password in place of ***" in said


@pytest.mark.parametrize("typed", ["tracking.uri=http://other:5000", "tracking=folder"])
def test_a_run_may_be_resumed_with_another_tracker(interrupted, typed):
    words = with_resume([f"resume={interrupted('seed=3', STORED)}", typed])
    assert words[:2] == ["seed=3", typed]
    assert STORED not in words


def test_a_tracker_without_a_place_needs_not_be_typed_again(interrupted):
    own = ["tracking=folder", "tracking.experiment=night", "tracking.uri=null"]
    assert with_resume([f"resume={interrupted(*own)}"])[:3] == own
    assert typed_again([*own, STORED, "trust=[toy]", "seed=1"]) == [STORED]


def test_an_address_without_its_password_is_not_opened(tmp_path, capsys):
    (tmp_path / "x.edf").touch()
    words = ["compare", "--experiment", "x", "--tracking-uri", "postgresql://me:***@127.0.0.1:1/x"]
    assert main(words) == 1
    assert "type the whole address again" in capsys.readouterr().err
