"""The Python interface gives what the command line gives, and leaves the process as it was."""

import logging
import os
import pickle
import random
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import mne
import numpy as np
import pandas as pd
import pytest
import torch
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from toy import SMALL, ToyDataset

import eegbench
from eegbench.__main__ import main
from eegbench.config import ConfigError
from eegbench.inference.embedding import Embeddings

WORDS = [*SMALL, "probe.every=1", "figures=[png,pdf]"]
"""Overrides of the fixture `finished`."""

CLASSES = ["left", "right"]

ROOT = Path(__file__).resolve().parents[2]


def state() -> list[object]:
    """Return what a run could change in its process."""
    signals = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)]
    logs = [(list(log.handlers), log.level) for log in (logging.getLogger(), logging.getLogger("eegbench"))]
    hydra = GlobalHydra.instance().hydra, HydraConfig.instance().cfg
    legacy = np.random.get_state()[1].tolist()  # noqa: NPY002  the state that some libraries use
    drawn = random.getstate(), legacy, torch.get_rng_state().tolist()
    modes = torch.get_deterministic_debug_mode(), torch.backends.cudnn.benchmark, torch.get_num_threads()
    return [signals, logs, list(sys.argv), dict(os.environ), hydra, drawn, modes, sys.modules["__main__"], Path.cwd()]


@pytest.fixture(scope="module")
def trained(train, outputs, toy_options):
    """A run trained in Python with the overrides of `finished`, and the state of the process before and after."""
    before = state()
    run = eegbench.train([*WORDS, f"paths.outputs={outputs}"], config_dir=toy_options)
    return run, before, state()


@pytest.fixture(scope="module")
def data(outputs, toy_options, train):
    return eegbench.open_data([*WORDS, f"paths.outputs={outputs}"], config_dir=toy_options)


@pytest.fixture(scope="module")
def run(finished, toy_options):
    return eegbench.load_run(finished, device="cpu", trust=["toy"], config_dir=toy_options)


@pytest.fixture(scope="module")
def sequences(stager, toy_options):
    """A run of a network of sequences on two groups of signals."""
    return eegbench.load_run(stager, device="cpu", trust=["toy"], config_dir=toy_options)


def toy_raw(folder) -> "mne.io.BaseRaw":
    dataset = ToyDataset(folder=folder, n_subjects=3)
    return dataset.read(dataset.recordings()[2])


def test_the_names_are_there_and_are_imported_when_they_are_used():
    code = "import sys, eegbench; print(eegbench.__all__, {'torch', 'pandas', 'hydra', 'sklearn'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == f"{eegbench.__all__} set()\n"
    assert all(callable(getattr(eegbench, name)) for name in eegbench.__all__)
    assert {*eegbench.__all__} <= {*dir(eegbench)}
    with pytest.raises(AttributeError, match="it has EncoderTransformer, OpenData"):
        eegbench.fit  # noqa: B018


def test_a_run_of_python_is_that_of_the_command_to_the_bit(trained, finished):
    run, _, _ = trained
    for name in ("scores.csv", "scores_per_recording.csv", "split.json"):
        assert (run.folder / name).read_bytes() == (finished / name).read_bytes()
    pd.testing.assert_frame_equal(run.predictions, pd.read_parquet(finished / "predictions.parquet"), check_exact=True)
    assert {path.name for path in run.folder.iterdir()} == {path.name for path in finished.iterdir()}


def test_training_leaves_the_process_as_it_was(trained):
    _, before, after = trained
    assert after == before


def test_scores_and_predictions_are_tables(run, finished):
    assert run.scores.equals(pd.read_csv(finished / "scores.csv"))
    assert {"split", "probe", "metric", "value"} <= {*run.scores.columns}
    assert {"recording", "start_s", "predicted", *CLASSES} <= {*run.predictions.columns}
    assert run.summary["main_probe"] == "linear"
    of_split = run.recordings.set_index("recording")["split"]
    assert of_split.loc[run.predictions["recording"]].tolist() == run.predictions["split"].tolist()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            ["dataset=simulated_slep"],
            r"there is no such option \(did you mean simulated_sleep\?\)",
        ),
        (["trainer.lrr=1"], r"trainer.lrr: there is no such key \(did you mean trainer.lr\?\)"),
        (["seed=1,2"], "a comma separates values of a multirun"),
        (["--cfg=job"], "flags are for the command line"),
        (["-m", "seed=1,2"], "flags are for the command line"),
        (["+sweep=bands"], "one run is expected here"),
        (["sweep.dry_run=true"], "one run is expected here"),
        (["hydra/sweeper=optuna"], "one run is expected here"),
        (["resume=nowhere"], "there is no run in this folder"),
        (["trainer.lr=fast"], "trainer.lr"),
        (["model=3"], "a group takes the name of an option"),
    ],
)
def test_wrong_options_raise_errors_with_the_message_of_the_command(overrides, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = state()
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        eegbench.train(overrides)
    if "resume" not in overrides[0]:
        with pytest.raises(ValueError, match=message):
            eegbench.open_data(overrides)
    assert state() == before
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_one_text_is_not_a_list_of_overrides():
    for call in (eegbench.train, eegbench.open_data):
        with pytest.raises(TypeError, match=r"give \['seed=3'\]"):
            call("seed=3")


def test_data_are_windows_with_labels_and_subjects(data, finished):
    X, y, subjects = data.windows("test")
    assert X.shape == (len(y), 2, 200)
    assert X.dtype == np.float32
    assert {*y} == {*CLASSES}
    said = pd.read_parquet(finished / "predictions.parquet").query("split == 'test' and probe == 'linear'")
    assert y.tolist() == said["label"].tolist()
    assert {*subjects} == {*said["subject"]}
    assert len(data.windows("test", labelled=False).X) > len(X)
    assert len(data.windows().y) == sum(len(data.windows(split).y) for split in ("train", "valid", "test"))
    assert (data.channels, data.sfreq, data.classes) == (("A", "B"), 100.0, ("left", "right"))
    assert "window_s" in data.table
    assert {*data.table["label"].dropna()} == {*CLASSES}
    assert X.std() == pytest.approx(1, abs=1e-3)  # preprocessing.normalise=window
    with pytest.raises(ValueError, match="expected one of train, valid, test"):
        data.windows("validation")
    with pytest.raises(IndexError, match="Expected rows from 0 to"):
        data.signals([len(data.table)])


def test_embeddings_of_arrays_are_those_of_the_run(run, data, finished):
    stored = np.load(finished / "embeddings.npz")
    rows = data.table.index[data.table["split"].eq("test") & ~data.table["rejected"]].to_numpy()
    found = run.embed(data.signals(rows))
    expected = Embeddings(stored["features"], stored["rows"]).at(rows)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert found.dtype == np.float32
    assert found.shape == (len(rows), run.embed_dim)
    one = run.embed(data.signals(rows[:1])[0])
    np.testing.assert_allclose(one, found[0], rtol=1e-5, atol=1e-6)
    assert run.embed(np.zeros((0, 2, 200))).shape == (0, run.embed_dim)


def test_probabilities_of_arrays_are_those_of_the_run(run, data):
    X, _, _ = data.windows("test")
    said = run.predictions.query("split == 'test' and probe == 'linear'")[CLASSES].to_numpy()
    found = run.predict_proba(X, calibrated=False)
    np.testing.assert_allclose(found, said, atol=1e-5)
    np.testing.assert_allclose(run.predict_proba(X[0], calibrated=False), found[0], atol=1e-6)
    calibrated = run.predict_proba(X)
    assert not np.allclose(calibrated, found)
    assert (calibrated.argmax(1) == found.argmax(1)).all()
    assert run.classes == ("left", "right")


@pytest.mark.parametrize(
    ("windows", "error", "message"),
    [
        (np.zeros((3, 2, 100)), ValueError, r"Expected an array of shape \(2, 200\) or \(n, 2, 200\) \(channels A, B"),
        (np.zeros((200, 2)), ValueError, "swap its last two axes"),
        (np.zeros(200), ValueError, r"got \(200,\)"),
        (np.full((2, 2, 200), np.nan), ValueError, "NaN or infinity in 2 of 2 windows, the first at position 0"),
        (np.full((2, 200), 1e-5), ValueError, "seem to be volts; multiply them by 1e6"),
        (np.zeros((2, 200), complex), TypeError, "got the dtype complex128"),
        (np.full((2, 200), "a"), TypeError, "Expected an array of real numbers"),
        ({"eog": np.zeros((2, 200))}, ValueError, "a mapping with an array for each group"),
    ],
)
def test_other_arrays_are_refused(run, windows, error, message):
    for method in (run.embed, run.predict_proba):
        with pytest.raises(error, match=message):
            method(windows)


def test_epochs_of_mne_are_refused_with_what_to_give(run):
    epochs = mne.EpochsArray(np.zeros((2, 2, 200)), mne.create_info(2, 100.0, "eeg"), verbose="ERROR")
    with pytest.raises(TypeError, match=r"epochs.get_data\(units='uV'\)"):
        run.embed(epochs)


def test_a_raw_is_predicted_as_its_file_by_the_command(run, finished, tmp_path):
    raw = toy_raw(tmp_path / "toy")
    raw.save(tmp_path / "night_raw.fif", fmt="double", verbose="ERROR")
    words = ["--run", str(finished), "--out", str(tmp_path / "out"), "--no-figures", "--device", "cpu"]
    assert main(["predict", *words, "--trust", "toy", str(tmp_path / "night_raw.fif")]) == 0
    of_command = pd.read_csv(tmp_path / "out" / "night_raw-hypnogram.csv", keep_default_na=False)
    density = pd.read_csv(tmp_path / "out" / "night_raw-hypnodensity.csv")
    for asked in (raw, tmp_path / "night_raw.fif", [str(tmp_path / "night_raw.fif")]):
        found = run.predict(asked)
        pd.testing.assert_frame_equal(found[of_command.columns], of_command)
        pd.testing.assert_frame_equal(found[CLASSES], density[CLASSES])
    assert found["recording"].unique().tolist() == ["night_raw"]
    several = run.predict([raw, raw])
    assert several["recording"].unique().tolist() == ["raw_1", "raw_2"]
    assert len(several) == 2 * len(found)


def test_a_raw_is_not_changed_and_its_channels_may_have_other_names(run, tmp_path):
    raw = toy_raw(tmp_path / "toy")
    before = raw.get_data().copy()
    expected = run.predict(raw)
    assert raw.ch_names == ["A", "B"]
    np.testing.assert_array_equal(raw.get_data(), before)
    raw.rename_channels({"A": "left ear"}).reorder_channels(["B", "left ear"])
    pd.testing.assert_frame_equal(run.predict(raw, channels={"A": "left ear"}), expected)
    with pytest.raises(ValueError, match=r"has no channel 'A'.*channels=\{'NAME': 'ALIAS'\}") as caught:
        run.predict(raw)
    assert "preprocessing." not in str(caught.value)


def test_labels_of_a_raw_are_its_annotations(run, tmp_path):
    found = run.predict(toy_raw(tmp_path / "toy"), labels="annotations")
    assert {*found["label"]} == {"left", "right", ""}
    with pytest.raises(ValueError, match="the labels of a Raw are its annotations"):
        run.predict(toy_raw(tmp_path / "toy"), labels="triggers")


def test_a_recording_unlike_train_is_named_in_a_warning(run, tmp_path):
    loud = toy_raw(tmp_path / "toy").apply_function(lambda x: 10 * x)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        run.predict(loud)
    assert [str(one.message).partition(":")[0] for one in said] == ["raw_1", "raw_1"]
    assert "A is outside the range of train" in str(said[0].message)


def test_embeddings_of_recordings_are_those_of_the_run(run, finished, tmp_path):
    found = run.embed(toy_raw(tmp_path / "toy"))
    stored, table = np.load(finished / "embeddings.npz"), pd.read_parquet(finished / "windows.parquet")
    known = table.loc[stored["rows"]].assign(row=np.arange(len(stored["rows"])))
    for (recording, start_s), rows in known.groupby(["recording", "start_s"]):
        if recording == "s2":
            one = found[np.isclose(found["start_s"], start_s)].filter(regex=r"^z\d+$").to_numpy()
            np.testing.assert_allclose(one, stored["features"][rows["row"]], rtol=1e-5, atol=1e-6)
    assert found.columns[:4].tolist() == ["recording", "start_s", "duration_s", "flag"]


def test_a_dataset_is_predicted_by_overrides(run):
    found = run.predict(overrides=["dataset=toy", "dataset.n_subjects=2"])
    assert found["recording"].unique().tolist() == ["s0", "s1"]


def test_recordings_and_arrays_are_not_mixed_up(run):
    with pytest.raises(TypeError, match="give arrays of windows to embed or predict_proba"):
        run.predict(np.zeros((2, 200)))
    with pytest.raises(TypeError, match="returns probabilities of recordings"):
        run.predict_proba("night.edf")
    with pytest.raises(FileNotFoundError, match="night.edf: there is no such file"):
        run.predict("night.edf")


def test_groups_of_signals_and_sequences_are_mappings_in_order_of_time(sequences, stager, toy_options, tmp_path):
    import shutil

    from eegbench.config import read_overrides

    assert sequences.predictor == "network"
    words = [w for w in read_overrides(stager / ".hydra" / "overrides.yaml") if "paths" not in w and "trust" not in w]
    data = eegbench.open_data([*words, "trust=[toy]", f"paths.outputs={tmp_path / 'out'}"], config_dir=toy_options)
    rows = data.table.index[data.table["recording"] == "s1"]
    found = sequences.predict_proba(data.signals(rows), calibrated=False)
    said = sequences.predictions.query("recording == 's1' and probe == 'network'").set_index("start_s")[CLASSES]
    starts = data.table.loc[rows, "start_s"].tolist()
    np.testing.assert_allclose(found[[starts.index(one) for one in said.index]], said.to_numpy(), atol=1e-4)
    with pytest.raises(ValueError, match="several groups"):
        _ = sequences.channels
    assert [*sequences.form.groups] == ["eeg", "eog"]
    shutil.rmtree(tmp_path / "out")


def test_a_run_is_opened_only_if_it_is_one(finished, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        eegbench.load_run(tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="not a finished run"):
        eegbench.load_run(tmp_path)
    with pytest.raises(ConfigError, match=r"predictor='liner': .* did you mean linear\?"):
        eegbench.load_run(finished, predictor="liner")


def test_a_run_is_pickled_by_its_folder(run):
    again = pickle.loads(pickle.dumps(run))
    assert repr(again) == repr(run) == f"load_run({str(run.folder)!r}, predictor='linear')"
    np.testing.assert_array_equal(again.embed(np.ones((2, 200))), run.embed(np.ones((2, 200))))


SCRIPT = """
import eegbench
words = ["dataset=toy", "trust=[toy]", "preprocessing.window_s=2", "preprocessing.stride_s=2", "store.n_workers=2"]
print(len(eegbench.open_data(words, config_dir={folder!r}).table))
"""


@pytest.mark.study
def test_a_script_without_a_guard_of_its_main_module_uses_workers(toy_options, tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT.format(folder=str(toy_options)))
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "560\n"), done.stderr


def test_flags_of_the_program_that_calls_are_not_followed(tmp_path, monkeypatch):
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "toy.yaml").write_text("_target_: another.Dataset\n")
    monkeypatch.setattr(sys, "argv", ["script.py", f"--config-dir={tmp_path}"])
    with pytest.raises(ValueError, match="dataset=toy: there is no such option"):
        eegbench.open_data(["dataset=toy"])
    assert sys.argv == ["script.py", f"--config-dir={tmp_path}"]
