"""Written files can be read by other programs: EDF+ by MNE, events by mne-bids, stages by `eegbench consensus`."""

import json
import warnings
from datetime import UTC, timedelta

import mne
import numpy as np
import pandas as pd
import pytest
from own_recordings import noise, write_edf
from staged_nights import CLASSES, EVENING, staged

from eegbench.agreement.nights import read_nights, read_predictions
from eegbench.dataset.edf import read_edf_annotations
from eegbench.prediction.writing import outputs_of, write_staged
from eegbench.types import Recording

STAGES = ["W", "W", "N1", "N2", "N2", "N3", "R", "W"]


def write(night, folder, **changes):
    options = {"name": "network", "stages_sleep": True, "scores": {}, "draws": False}
    write_staged(night, folder, **(options | changes))
    return folder


def test_the_hypnogram_has_a_row_an_epoch(tmp_path):
    table = pd.read_csv(write(staged(STAGES), tmp_path) / "night-hypnogram.csv")
    assert list(table.columns) == ["start_s", "duration_s", "stage", "confidence", "n_votes", "flag"]
    assert table["stage"].tolist() == STAGES
    assert table["start_s"].tolist() == [30.0 * i for i in range(8)]
    assert (table["confidence"] == 0.6).all()


def test_a_label_stands_next_to_the_stage_and_a_flat_epoch_is_flagged(tmp_path):
    night = staged(STAGES, labels=[None, "W", "W", *STAGES[3:]])
    night.epochs.loc[2, "flat"] = True
    table = pd.read_csv(write(night, tmp_path) / "night-hypnogram.csv", keep_default_na=False)
    assert table["label"].tolist() == ["", "W", "W", *STAGES[3:]]
    assert table["flag"].tolist() == ["", "", "flat", "", "", "", "", ""]


def test_the_hypnodensity_has_a_column_a_class(tmp_path):
    table = pd.read_csv(write(staged(STAGES), tmp_path) / "night-hypnodensity.csv")
    assert list(table.columns) == ["start_s", *CLASSES]
    np.testing.assert_allclose(table[list(CLASSES)].sum(axis=1), 1)
    assert table[list(CLASSES)].idxmax(axis=1).tolist() == STAGES


def test_mne_reads_the_edf_as_stages_on_the_clock_of_the_recording(tmp_path):
    night = staged(STAGES, start=EVENING, first_s=0.5, at=60 + 30.0 * np.arange(8))
    file = write(night, tmp_path) / "night-hypnogram.edf"
    notes = mne.read_annotations(file)
    assert notes.description.tolist() == [f"Sleep stage {name}" for name in STAGES]
    np.testing.assert_allclose(notes.onset, 60.5 + 30.0 * np.arange(8))
    assert (notes.duration == 30).all()
    header, _ = read_edf_annotations(file)
    assert header.start == "01.03.2622.58.30"


def test_the_stages_of_the_edf_lie_over_the_signal_that_mne_reads(tmp_path):
    """A recording and its hypnogram have the same start, so that annotations fall on samples of the recording."""
    info = mne.create_info(["Cz"], 100.0, "eeg")
    raw = mne.io.RawArray(np.zeros((1, 100 * 240)), info, verbose="ERROR")
    raw.set_meas_date(EVENING.replace(tzinfo=UTC))
    notes = mne.read_annotations(write(staged(STAGES, start=EVENING), tmp_path) / "night-hypnogram.edf")
    raw.set_annotations(mne.Annotations(notes.onset, notes.duration, notes.description), verbose="ERROR")
    events, ids = mne.events_from_annotations(raw, chunk_duration=30.0, verbose="ERROR")
    names = {number: name for name, number in ids.items()}
    assert [names[number] for number in events[:, 2]] == [f"Sleep stage {name}" for name in STAGES]


@pytest.mark.parametrize("start", [None, EVENING - timedelta(days=365 * 60)])
def test_a_recording_without_a_start_that_an_edf_can_hold_gives_annotations_without_a_date(tmp_path, start):
    notes = mne.read_annotations(write(staged(STAGES, start=start), tmp_path) / "night-hypnogram.edf")
    assert len(notes) == 8


def test_events_are_those_of_bids(tmp_path):
    night = staged(STAGES)
    night.epochs.loc[1, "saturated"] = True
    folder = write(night, tmp_path)
    text = (folder / "night_events.tsv").read_text(encoding="utf-8").splitlines()
    assert text[0].split("\t")[:3] == ["onset", "duration", "trial_type"]
    assert text[1].split("\t") == ["0.0", "30.0", "W", "0.6", "n/a"]
    assert text[2].split("\t") == ["30.0", "30.0", "W", "0.6", "saturated"]
    described = json.loads((folder / "night_events.json").read_text(encoding="utf-8"))
    assert set(described) == set(text[0].split("\t"))
    assert set(described["trial_type"]["Levels"]) == set(CLASSES)


def test_consensus_reads_the_stages_among_models(tmp_path):
    numbers = [0, 0, 1, 2, 2, 3, 4, 0]
    for scorer in ("a", "b", "c"):
        (tmp_path / "scorers" / scorer).mkdir(parents=True)
        (tmp_path / "scorers" / scorer / "night.json").write_text(json.dumps(numbers))
    _, nights = read_nights(tmp_path / "scorers", {})
    found = read_predictions(write(staged(STAGES), tmp_path / "out") / "stages", nights)
    assert found["network"]["night"].tolist() == numbers


def test_epochs_of_another_length_are_no_list_for_consensus(tmp_path):
    assert not (write(staged(STAGES, epoch_s=20.0), tmp_path) / "stages").exists()


def test_other_classes_keep_their_names_in_the_edf(tmp_path):
    folder = write(staged(["left", "right"], classes=("left", "right")), tmp_path, stages_sleep=False)
    assert mne.read_annotations(folder / "night-hypnogram.edf").description.tolist() == ["left", "right"]
    assert not (folder / "stages").exists()


def test_every_file_that_is_written_is_among_those_that_are_looked_for(tmp_path):
    night = staged(STAGES)
    write(night, tmp_path, draws=True)
    files = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert files == set(outputs_of(night.recording, tmp_path, "network"))


def test_mne_bids_reads_the_events_of_a_recording_in_bids(tmp_path):
    import mne_bids

    eeg = tmp_path / "sub-01" / "eeg"
    write_edf(eeg / "sub-01_task-sleep_eeg.edf", noise(240, 100), 100)
    recording = Recording("sub-01_task-sleep_eeg", "01", "1", eeg / "sub-01_task-sleep_eeg.edf")
    write(staged(STAGES, recording=recording), eeg)
    path = mne_bids.BIDSPath(subject="01", task="sleep", datatype="eeg", root=tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there is no channels.tsv, nor electrodes
        raw = mne_bids.read_raw_bids(path, verbose="ERROR")
    assert raw.annotations.description.tolist() == STAGES
    np.testing.assert_allclose(raw.annotations.onset, 30.0 * np.arange(8))
    assert (raw.annotations.duration == 30).all()
