"""`eegbench data` lists data sets, downloads them, and simulates nights."""

import json
from pathlib import Path

import pytest

from eegbench.__main__ import main
from eegbench.dataset import mental_arithmetic
from eegbench.dataset.mental_arithmetic import RUNS

OPTIONS = {path.stem for path in (Path(__file__).resolve().parents[2] / "conf" / "dataset").glob("*.yaml")}


@pytest.fixture
def served(tmp_path, shared_data, monkeypatch) -> Path:
    """A folder in place of PhysioNet, with two real subjects, and an outputs folder."""
    folder = tmp_path / "served"
    folder.mkdir()
    names = ["subject-info.csv", *(f"Subject{n:02d}_{run}.edf" for n in (0, 1) for run in RUNS)]
    for name in names:
        (folder / name).symlink_to(shared_data / "eegmat" / name)
    monkeypatch.setattr(mental_arithmetic, "FILES_URL", f"{folder.as_uri()}/")
    return folder


def test_every_shipped_option_is_listed_with_its_facts(tmp_path, capsys):
    assert main(["data", "list", "--json", f"paths.outputs={tmp_path}"]) == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert set(found) == OPTIONS
    kinds = {kind: {name for name, one in found.items() if one["kind"] == kind} for kind in ("published", "simulated")}
    assert kinds["published"] == {"dod_h", "dod_o", "eegbci", "mental_arithmetic", "sleep_physionet"}
    assert kinds["simulated"] == {"simulated_sleep", "simulated_dod"}
    assert all(found[name]["card"]["citation"] for names in kinds.values() for name in names)
    assert found["eegbci"]["folder"] == f"{tmp_path}/stores/downloads/eegbci"


@pytest.mark.realdata
def test_the_list_says_how_many_recordings_are_there(shared_data, tmp_path, capsys):
    roots = [f"paths.roots.mental_arithmetic={shared_data / 'eegmat'}", f"paths.roots.eegbci={tmp_path / 'none'}"]
    assert main(["data", "list", *roots]) == 0
    shown = capsys.readouterr().out
    assert "36 subjects, 72 recordings, 19 channels at 500 Hz; about 0.2 GB" in shown
    assert f"folder {shared_data / 'eegmat'}: 36 recordings there\n" in shown
    assert "none there; correct paths.roots.eegbci, or leave it out to download" in shown
    assert "none there; eegbench data fetch dod_h" in shown
    assert "licence ODC-By-1.0; https://physionet.org/content/eegmat/1.0.0/" in shown


@pytest.mark.realdata
def test_a_set_is_downloaded_by_name_and_only_once(served, tmp_path, capsys):
    words = ["data", "fetch", "mental_arithmetic", "dataset.subjects=[0,1]", f"paths.outputs={tmp_path}"]
    assert main(words) == 0
    folder = tmp_path / "stores" / "downloads" / "mental_arithmetic"
    said = capsys.readouterr()
    assert f"4 recordings of 2 subjects in {folder}" in said.out
    assert "use them: eegbench train dataset=mental_arithmetic dataset.subjects=[0,1] paths.outputs=" in said.out
    assert "downloading what is missing" in said.err
    for file in served.iterdir():
        file.unlink()
    assert main(words) == 0


@pytest.mark.realdata
def test_offline_the_address_is_named_and_nothing_is_half_there(served, tmp_path, capsys):
    (served / "Subject01_2.edf").unlink()
    words = ["data", "fetch", "mental_arithmetic", "dataset.subjects=[0,1]", f"paths.outputs={tmp_path}"]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert f"{served.as_uri()}/Subject01_2.edf could not be fetched" in said
    assert "repeat the command with a network" in said
    assert "or download the files yourself and set dataset.root=FOLDER" in said
    folder = tmp_path / "stores" / "downloads" / "mental_arithmetic"
    assert {path.name for path in folder.iterdir()} == {
        "subject-info.csv",
        "Subject00_1.edf",
        "Subject00_2.edf",
        "Subject01_1.edf",
        "checksums.json",
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fetch"], "one data set is expected, say sleep_physionet"),
        (["fetch", "sleep_physionett"], "there is no such data set (did you mean sleep_physionet?)"),
        (["fetch", "recordings"], "nothing is downloaded for it"),
        (["fetch", "simulated_sleep"], "nothing is downloaded for it"),
        (["fetch", "eegbci", "paths.roots.eegbci=/data"], "a run reads /data, and downloads nothing into it"),
        (["list", "eegbci"], "only paths can be set"),
        (["simulate", "nights", "--out", "x"], "an override is expected; name the folder with --out nights"),
        (["simulate", "--out", "x", "dataset=eegbci"], "dataset=eegbci: is not simulated"),
        (["simulate", "--out", "x", "dataset.hours=99"], "dataset.hours=99: 1 to 24 is expected"),
    ],
)
def test_wrong_words_are_answered(words, message, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["data", *words]) == 1
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_an_action_the_help_names_all(capsys):
    assert main(["data"]) == 2
    assert "simulate  write simulated nights" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main(["data", "fech"])
    assert "there is no such action (did you mean fetch?)" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["list", "fetch", "simulate", "check", "build"])
def test_every_action_explains_itself(action, capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["data", action, "--help"])
    assert f"usage: eegbench data {action}" in capsys.readouterr().out


@pytest.mark.slow
def test_simulated_nights_are_read_like_real_ones_and_continued(tmp_path, capsys):
    nights = tmp_path / "nights"
    words = ["data", "simulate", "--out", str(nights), "dataset.n_subjects=2", "dataset.hours=1"]
    assert main(words) == 0
    assert f"use them: eegbench train dataset=sleep_physionet dataset.root={nights}" in capsys.readouterr().out
    files = {path.name for path in nights.iterdir()}
    assert {"SC4001E0-PSG.edf", "SC4011EC-Hypnogram.edf", "subjects.csv", "simulation.json"} <= files
    before = (nights / "SC4001E0-PSG.edf").stat().st_mtime_ns
    (nights / "SC4011E0-PSG.edf").unlink()
    assert main(words) == 0
    assert (nights / "SC4011E0-PSG.edf").is_file()
    assert (nights / "SC4001E0-PSG.edf").stat().st_mtime_ns == before
    assert main(["data", "check", str(nights)]) == 0
    assert "2 recordings of 2 subjects; all can be used" in capsys.readouterr().out
    assert main([*words, "dataset.seed=8"]) == 1
    assert "contains recordings with seed=7, and seed=8 is asked for" in capsys.readouterr().err


def test_a_folder_with_other_files_is_not_mixed_with_simulated_nights(tmp_path, capsys):
    (tmp_path / "SC4001E0-PSG.edf").touch()
    assert main(["data", "simulate", "--out", str(tmp_path)]) == 1
    assert "the folder already contains files; name a new one" in capsys.readouterr().err
