"""New recordings staged by a finished run's network: the run's own give its predictions, broken ones are named."""

import json
from pathlib import Path

import edfio
import numpy as np
import pandas as pd
import pytest
from h5_files import write_night
from toy import ToyDataset

from eegbench.__main__ import main
from eegbench.score.temperature import scaled

CLASSES = ["left", "right"]


@pytest.fixture(scope="module")
def run(stager):
    """A run with a network of sequences and a linear probe, on two groups of signals."""
    return stager


def predict(run, out, *words):
    return main(["predict", "--run", str(run), "--out", str(out), "--no-figures", "--device", "cpu", *map(str, words)])


@pytest.fixture(scope="module")
def own(run, toy_options, tmp_path_factory):
    """Return predictions of the network for the run's own recordings, read as in the run; not calibrated."""
    out = tmp_path_factory.mktemp("own")
    words = (f"--config-dir={toy_options}", "--trust", "toy", "--uncalibrated")
    for predictor in ("network", "linear"):
        assert predict(run, out / predictor, "dataset=toy", *words, "--predictor", predictor) == 0
    return out


@pytest.mark.slow
@pytest.mark.parametrize("predictor", ["network", "linear"])
def test_the_runs_own_recordings_have_the_probabilities_of_the_run(run, own, predictor):
    said = pd.read_parquet(run / "predictions.parquet")
    said = said[said["probe"] == predictor]
    assert set(said["split"]) == {"train", "valid", "test"}
    for recording, rows in said.groupby("recording"):
        density = pd.read_csv(own / predictor / f"{recording}-hypnodensity.csv").set_index("start_s")
        found = density.loc[rows["start_s"], CLASSES].to_numpy()
        np.testing.assert_allclose(found, rows[CLASSES].to_numpy(), atol=1e-5)


def test_votes_are_counted(own):
    table = pd.read_csv(own / "network" / "s0-hypnogram.csv")
    assert table["n_votes"].tolist()[:6] == [1, 2, 3, 4, 5, 5]  # sequences of five windows that hold each
    assert (pd.read_csv(own / "linear" / "s0-hypnogram.csv")["n_votes"] == 1).all()


def test_labels_are_scored_as_in_the_run(run, own):
    theirs = pd.read_csv(run / "scores_per_recording.csv")
    theirs = theirs[(theirs["probe"] == "network") & (theirs["metric"] == "accuracy")].set_index("recording")["value"]
    ours = pd.read_csv(own / "network" / "scores_per_recording.csv").set_index("recording")
    np.testing.assert_allclose(ours["accuracy"].loc[theirs.index], theirs)
    overall = pd.read_csv(own / "network" / "scores.csv").set_index(["aggregation", "metric"])["value"]
    weighted = np.average(ours["accuracy"], weights=ours["n_epochs"])
    assert overall["mean_weighted_by_windows", "accuracy"] == pytest.approx(weighted)
    assert ours["n_epochs"].tolist() == [30] * 14  # of 40 windows, the ten of rest have no class


@pytest.mark.parametrize("place", [".", "network"])
def test_scores_of_recordings_that_the_run_learned_from_are_no_test(run, tmp_path, capsys, toy_options, place):
    words = ("dataset=toy", f"--config-dir={toy_options}", "--trust", "toy")
    assert predict(run / place, tmp_path / "out", *words) == 0
    ids = json.loads((run / "split.json").read_text())
    n_used = sum(len(ids[split]["recordings"]) for split in ("train", "valid"))
    text = f"The scores are not test scores: of 14 recordings with labels the run used {n_used} in training"
    assert text in " ".join("".join(capsys.readouterr()).split())


def test_a_network_is_not_built_of_classes_that_are_not_trusted(run, tmp_path, capsys, toy_options):
    assert predict(run, tmp_path, "dataset=toy", f"--config-dir={toy_options}") == 1
    assert "if you trust the module, add" in capsys.readouterr().err


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """The signals of a toy recording in µV (2, n)."""
    dataset = ToyDataset(folder=tmp_path_factory.mktemp("signals"), n_subjects=3)
    return dataset.read(dataset.recordings()[2]).get_data() * 1e6


def write_edf(path, signals, names, sfreq=100):
    made = [
        edfio.EdfSignal(one, sfreq, label=name, physical_dimension="uV", physical_range=(-400, 400))
        for name, one in zip(names, signals, strict=True)
    ]
    edfio.Edf(made, data_record_duration=1.0).write(path)
    return path


def test_probabilities_are_calibrated_unless_they_shall_not_be(run, night, tmp_path):
    file = write_edf(tmp_path / "night.edf", night, ("A", "B"))
    assert predict(run, tmp_path / "raw", file, "--uncalibrated") == 0
    assert predict(run, tmp_path / "calibrated", file) == 0
    raw, found = (pd.read_csv(tmp_path / name / "night-hypnodensity.csv")[CLASSES] for name in ("raw", "calibrated"))
    temperature = json.loads((run / "network" / "model.json").read_text())["temperature"]
    assert temperature != 1
    np.testing.assert_allclose(found, scaled(raw.to_numpy(), temperature), atol=1e-9)


def test_votes_by_majority_are_shares_and_not_calibrated(run, night, tmp_path):
    file = write_edf(tmp_path / "night.edf", night, ("A", "B"))
    assert predict(run, tmp_path / "out", file, "--vote", "majority") == 0
    shares = pd.read_csv(tmp_path / "out" / "night-hypnodensity.csv")[CLASSES]
    n_votes = pd.read_csv(tmp_path / "out" / "night-hypnogram.csv")["n_votes"]
    counts = shares.to_numpy() * n_votes.to_numpy()[:, None]
    np.testing.assert_allclose(counts, counts.round(), atol=1e-9)


def test_files_with_other_names_rates_and_derivations_are_staged_alike(run, own, night, tmp_path):
    from scipy.signal import resample

    a, b = night
    write_edf(tmp_path / "alias.edf", (b, a), ("odd", "EEG A-Ref"))
    write_edf(tmp_path / "rate.edf", resample(night, 2 * len(a), axis=1), ("A", "odd"), 200)
    write_edf(tmp_path / "derived.edf", (a, b + a, a), ("A", "X", "Y"))
    files = [tmp_path / f"{name}.edf" for name in ("alias", "rate")]
    assert predict(run, tmp_path / "out", *files, "--channels", "B=odd", "--uncalibrated") == 0
    assert predict(run, tmp_path / "out2", tmp_path / "derived.edf", "--channels", "B=X-Y", "--uncalibrated") == 0
    expected = pd.read_csv(own / "network" / "s2-hypnodensity.csv")
    for folder, name in (("out", "alias"), ("out", "rate"), ("out2", "derived")):
        found = pd.read_csv(tmp_path / folder / f"{name}-hypnodensity.csv")
        assert found["start_s"].tolist() == expected["start_s"].tolist()
        np.testing.assert_allclose(found[CLASSES], expected[CLASSES], atol=0.02)


@pytest.mark.parametrize("names_files", [False, True])
def test_recordings_of_edf_and_hdf5_are_staged_each_by_its_reader(run, night, tmp_path, names_files):
    for folder in ("a", "b"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        write_night(tmp_path / "in" / folder / f"h_{folder}.h5", ("A", "B"), epochs=2, hypnogram=None)
    write_edf(tmp_path / "in" / "a" / "night.edf", night, ("A", "B"))
    files = sorted(path for path in (tmp_path / "in").rglob("*") if path.is_file())
    labels = "dataset.labels={W: left, R: right}"
    assert predict(run, tmp_path / "out", *(files if names_files else [tmp_path / "in"]), labels) == 0
    table = pd.read_csv(tmp_path / "out" / "predictions.csv")
    assert sorted(Path(name).name for name in table["signal"]) == ["h_a.h5", "h_b.h5", "night.edf"]
    assert (table["n_epochs"] > 0).all()


def test_one_broken_file_is_named_and_the_others_are_written(run, night, tmp_path, capsys):
    nights = tmp_path / "nights"
    nights.mkdir()
    for name in ("first", "third"):
        write_edf(nights / f"{name}.edf", night, ("A", "B"))
    (nights / "second.edf").write_bytes((nights / "first.edf").read_bytes()[:700])
    write_edf(nights / "lacks.edf", night[:1], ("A",))
    assert predict(run, tmp_path / "out", nights) == 1
    said = capsys.readouterr().out
    assert "second.edf" in said
    assert "lacks.edf: has no channel 'B'" in said
    assert "2 of 4 recordings staged" in said
    table = pd.read_csv(tmp_path / "out" / "predictions.csv", keep_default_na=False).set_index("recording")
    assert table["n_epochs"].to_dict() == {"first": 40, "second": 0, "third": 40, "lacks": 0}
    assert "second.edf" in table["problem"]["second"]
    assert {path.name.split("-")[0] for path in (tmp_path / "out").glob("*-hypnogram.csv")} == {"first", "third"}
    assert predict(run, tmp_path / "out", nights) == 1
    assert "already exists; name another folder, or add --overwrite" in capsys.readouterr().err
    assert predict(run, tmp_path / "out", nights, "--overwrite", "--skip-bad") == 0


def test_labels_next_to_a_file_are_scored_and_files_without_any_are_staged_too(run, night, tmp_path, capsys):
    for name in ("with", "without"):
        write_edf(tmp_path / f"{name}.edf", night, ("A", "B"))
    labels = [name for name in ("left", "right", "left", "rest") * 2 for _ in range(5)]
    (tmp_path / "with.csv").write_text("label\n" + "\n".join(labels) + "\n")
    words = ("--labels", "*.csv", "dataset.table.epoch_s=2")
    assert predict(run, tmp_path / "out", tmp_path / "with.edf", tmp_path / "without.edf", *words) == 0
    assert pd.read_csv(tmp_path / "out" / "scores_per_recording.csv")["recording"].tolist() == ["with"]
    table = pd.read_csv(tmp_path / "out" / "with-hypnogram.csv", keep_default_na=False)
    assert table["label"].tolist() == ["" if name == "rest" else name for name in labels]
    assert "label" not in pd.read_csv(tmp_path / "out" / "without-hypnogram.csv")
    assert "scored epochs: 30 of 1 recording" in capsys.readouterr().out


def test_a_recordings_remainder_is_not_staged_and_that_is_said(run, night, tmp_path, capsys):
    write_edf(tmp_path / "odd.edf", night[:, :2100], ("A", "B"))
    assert predict(run, tmp_path / "out", tmp_path / "odd.edf") == 0
    said = capsys.readouterr().out
    assert "odd: 1.0 s are in no epoch" in said
    assert "1 of 1 recording not compared with train: fewer than 20 windows are usable (odd 10)" in said
    (row,) = pd.read_csv(tmp_path / "out" / "predictions.csv", keep_default_na=False).to_dict("records")
    assert (row["n_usable_windows"], row["compared_with_train"], row["warnings"]) == (10, "too_few_windows", "")
    assert len(pd.read_csv(tmp_path / "out" / "odd-hypnogram.csv")) == 10


def test_flat_epochs_are_staged_and_flagged_and_the_others_are_as_in_training(run, own, night, tmp_path):
    signals = night.copy()
    signals[0, 1000:1200] = 0
    write_edf(tmp_path / "flat.edf", signals, ("A", "B"))
    assert predict(run, tmp_path / "out", tmp_path / "flat.edf", "--uncalibrated") == 0
    table = pd.read_csv(tmp_path / "out" / "flat-hypnogram.csv", keep_default_na=False)
    assert table.loc[table["flag"] == "flat", "start_s"].tolist() == [10.0]
    assert np.isfinite(table["confidence"]).all()


def test_a_recording_of_another_size_is_told(run, night, tmp_path, capsys):
    write_edf(tmp_path / "loud.edf", 2.5 * night, ("A", "B"))
    assert predict(run, tmp_path / "out", tmp_path / "loud.edf") == 0
    assert "loud: A is outside the range of train: its" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.edf"], "nowhere.edf: there is no such file or folder"),
        ([], "say what to stage"),
        (["a.edf", "--lights", "none.csv"], "--lights none.csv: there is no such file; a table with the columns"),
        (["a.edf", "--lights", "."], "--lights .: is a folder; a table with the columns"),
        (["a.edf", "--lights-off", "22.10"], "lights off at '22.10': a time of day is written 22:10"),
        *(
            (["a.edf", *words], "the network does not stage sleep: its classes are left, right, not W, N1, N2, N3, R")
            for words in (["--lights-off", "23:10"], ["--lights-on", "7"], ["--lights", "lights.csv"])
        ),
        (["model=deep4"], "model=deep4: the preprocessing is stored with the network"),
    ],
)
def test_what_cannot_be_is_refused(run, night, tmp_path, monkeypatch, capsys, words, message):
    write_edf(tmp_path / "a.edf", night, ("A", "B"))
    (tmp_path / "lights.csv").write_text("recording,lights_off,lights_on\na,1,\n")
    monkeypatch.chdir(tmp_path)
    assert predict(run, "out", *words) == 1
    assert not Path("out").exists()
    assert message in capsys.readouterr().err


def test_a_run_is_found_in_mlflow_by_its_id_and_an_unfinished_one_refused(run, outputs, night, tmp_path, capsys):
    file = write_edf(tmp_path / "night.edf", night, ("A", "B"))
    known = json.loads((run / "tracking.json").read_text())["run_id"]
    assert predict(known, tmp_path / "out", file, "--outputs", outputs) == 0
    assert predict(run / "network", tmp_path / "out2", file) == 0  # the network's folder is enough
    texts = [(tmp_path / name / "night-hypnodensity.csv").read_text() for name in ("out", "out2")]
    assert texts[0] == texts[1]
    (tmp_path / "begun").mkdir()
    assert predict(tmp_path / "begun", tmp_path / "out3", file) == 1
    assert "not a finished run (summary.json is missing)" in capsys.readouterr().err
    assert predict("0" * 32, tmp_path / "out3", file, "--outputs", outputs) == 1
    assert f"there is no run {'0' * 32}" in capsys.readouterr().err


def test_ctrl_c_leaves_whole_files_of_those_that_were_staged(run, night, tmp_path, monkeypatch):
    from eegbench.prediction import batch

    files = [write_edf(tmp_path / f"{name}.edf", night, ("A", "B")) for name in ("one", "two")]
    real = batch.stage

    def interrupted(predictor, dataset, recording, *rest):
        if recording.id == "two":
            raise KeyboardInterrupt
        return real(predictor, dataset, recording, *rest)

    monkeypatch.setattr(batch, "stage", interrupted)
    assert predict(run, tmp_path / "out", *files) == 130
    names = sorted(path.name for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert names == [
        "one-hypnodensity.csv",
        "one-hypnogram.csv",
        "one-hypnogram.edf",
        "one_events.json",
        "one_events.tsv",
        "written_files.json",
    ]


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_overwriting_leaves_only_what_belongs_together_and_files_of_others(run, night, tmp_path):
    for name in ("one", "two"):
        write_edf(tmp_path / f"{name}.edf", night, ("A", "B"))
    (tmp_path / "one.csv").write_text("label\n" + "left\n" * 40)
    out = tmp_path / "out"
    labels = ("--labels", "*.csv", "dataset.table.epoch_s=2")
    assert predict(run, out, tmp_path / "one.edf", tmp_path / "two.edf", *labels) == 0
    assert {"scores.csv", "two-hypnogram.csv"} <= set(files_in(out))
    (out / "mine.txt").write_text("notes")
    assert predict(run, out, tmp_path / "one.edf", "--overwrite", "--predictor", "linear") == 0
    assert files_in(out) == [
        "mine.txt",
        "one-hypnodensity.csv",
        "one-hypnogram.csv",
        "one-hypnogram.edf",
        "one_events.json",
        "one_events.tsv",
        "predictions.csv",
        "written_files.json",
    ]


def test_predictions_stay_where_no_recording_can_be_staged(run, night, tmp_path):
    assert predict(run, tmp_path / "out", write_edf(tmp_path / "one.edf", night, ("A", "B"))) == 0
    before = files_in(tmp_path / "out")
    assert predict(run, tmp_path / "out", write_edf(tmp_path / "two.edf", night[:1], ("A",)), "--overwrite") == 1
    assert files_in(tmp_path / "out") == before


def test_an_experts_labels_are_not_replaced(run, night, tmp_path, capsys):
    write_edf(tmp_path / "p1.edf", night, ("A", "B"))
    labels = tmp_path / "p1-hypnogram.csv"
    labels.write_text("label\n" + "left\n" * 40)
    words = (tmp_path / "p1.edf", "--labels", "*-hypnogram.csv", "dataset.table.epoch_s=2")
    for more in ([], ["--overwrite"]):
        assert predict(run, tmp_path, *words, *more) == 1
        said = capsys.readouterr().err
        assert f"{labels}: is read by this command, which would replace it by a prediction; name another folder" in said
        assert "add --overwrite" not in said
    assert labels.read_text().startswith("label\nleft\n")
