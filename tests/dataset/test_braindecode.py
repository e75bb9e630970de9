"""Folders saved by braindecode's BaseConcatDataset.save(): recordings, with labels of the signal or the recording."""

import json
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pytest
from omegaconf import OmegaConf
from options import CONF
from own_recordings import NAMES, noise

from eegbench.config import build
from eegbench.dataset import BadRecordingError
from eegbench.dataset.braindecode import Braindecode

SFREQ = 100.0
SIDES = {"left_hand": "left", "right_hand": "right"}


def reader(root: Path | None, **options: Any) -> Braindecode:
    node = OmegaConf.to_container(OmegaConf.load(CONF / "dataset" / "braindecode.yaml"), resolve=False)
    return build({**node, "root": None if root is None else str(root), **options}, Braindecode)


def recording(seed: int) -> mne.io.BaseRaw:
    raw = mne.io.RawArray(
        1e-6 * noise(6, SFREQ, seed=seed), mne.create_info(list(NAMES), SFREQ, "eeg"), verbose="ERROR"
    )
    return raw.set_annotations(mne.Annotations([1.0, 3.0], 1.0, list(SIDES)))


def write(root: Path, number: int, **description: Any) -> None:
    """Write a recording as braindecode 1.8 does; a test below compares it with braindecode if that is installed."""
    folder = root / str(number)
    folder.mkdir(parents=True)
    recording(number).save(folder / f"{number}-raw.fif", verbose="ERROR")
    (folder / "description.json").write_text(json.dumps(description))
    (folder / "target_name.json").write_text('{"target_name": null}')


def test_recordings_have_subject_session_run_and_facts_of_their_descriptions(tmp_path: Path):
    write(tmp_path, 0, subject=1, session="0train", run="0", age=31, gender="Female")
    write(tmp_path, 1, subject=1, session="0train", run="1", age=31, gender="Female")
    write(tmp_path, 10, subject=2, age=None, gender="X")
    dataset = reader(tmp_path, labels=SIDES)
    found = dataset.recordings()
    assert [(one.id, one.subject, one.session, one.run) for one in found] == [
        ("0", "1", "0train", "0"),
        ("1", "1", "0train", "1"),
        ("10", "2", "1", "1"),
    ]
    assert [one.facts for one in found] == [{"age": 31, "sex": "F"}] * 2 + [{}]
    raw = dataset.read(found[0])
    np.testing.assert_allclose(raw.get_data(), 1e-6 * noise(6, SFREQ), rtol=1e-6)
    assert list(zip(raw.annotations.onset, raw.annotations.description, strict=True)) == [
        (1.0, "left_hand"),
        (3.0, "right_hand"),
    ]
    assert [path.name for path in dataset.sidecars(found[0])] == ["description.json"]
    assert (dataset.card.sfreq, dataset.card.channels, dataset.card.n_subjects) == (SFREQ, NAMES, 2)
    assert [one.id for one in reader(tmp_path, labels=SIDES, subjects=[2]).recordings()] == ["10"]


@pytest.mark.parametrize(("value", "text"), [(True, "True"), ("yes", "yes"), (1, "1")])
def test_a_column_of_the_descriptions_labels_recordings_as_a_whole(tmp_path: Path, value: object, text: str):
    write(tmp_path, 0, subject=1, pathological=value)
    dataset = reader(tmp_path, label_column="pathological", labels={text: "abnormal"})
    notes = dataset.read(dataset.recordings()[0]).annotations
    assert (notes.onset.tolist(), notes.duration.tolist(), notes.description.tolist()) == ([0.0], [6.0], [text])
    assert len(reader(tmp_path, label_column=None).read(dataset.recordings()[0]).annotations) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"has the labels 'left_hand' \(1\), 'right_hand' \(1\), which are neither in dataset\.labels"),
        ({"label_column": "age"}, r"description\.json: has no age \(dataset\.label_column\); it has subject"),
        ({"label_column": "subject"}, r"description\.json: has the labels '1' \(1\), which are neither"),
        ({"labels": SIDES, "channels": ["Cz"]}, r"Cz"),
    ],
)
def test_labels_and_channels_that_are_not_there_are_refused(tmp_path: Path, options: dict[str, Any], message: str):
    write(tmp_path, 0, subject=1)
    dataset = reader(tmp_path, **options)
    with pytest.raises(BadRecordingError, match=message):
        dataset.read(dataset.recordings()[0])


def test_folders_of_another_kind_are_refused_with_what_is_expected(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"dataset\.root=null: the folder that braindecode's BaseConcatDat"):
        reader(None).recordings()
    with pytest.raises(FileNotFoundError, match=r"holds no recording of braindecode, 0/0-raw\.fif"):
        reader(tmp_path).recordings()
    write(tmp_path, 0, session="1")
    with pytest.raises(BadRecordingError, match=r"0/description\.json: names no subject"):
        reader(tmp_path).recordings()
    (tmp_path / "0" / "0-epo.fif").touch()
    with pytest.raises(BadRecordingError, match=r"0-epo\.fif: holds windows, .* save the data set .* before windows"):
        reader(tmp_path).recordings()


def test_a_subject_that_is_not_there_is_refused(tmp_path: Path):
    write(tmp_path, 0, subject=1)
    with pytest.raises(ValueError, match=r"dataset\.subjects=\['7'\]: 7 not in .*; there are 1\."):
        reader(tmp_path, subjects=[7]).recordings()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_what_braindecode_saves_is_read(tmp_path: Path):
    try:
        from braindecode.datasets import BaseConcatDataset, RawDataset
    except (ImportError, OSError) as error:
        pytest.skip(f"braindecode is not installed, or does not load ({error}): pip install 'eegbench[braindecode]'")
    said = [{"subject": 1, "session": "a", "age": 40, "gender": "M"}, {"subject": 2, "session": "a"}]
    saved = BaseConcatDataset([RawDataset(recording(number), one) for number, one in enumerate(said)])
    saved.save(str(tmp_path))
    dataset = reader(tmp_path, labels=SIDES)
    found = dataset.recordings()
    assert [(one.subject, one.session, one.facts) for one in found] == [
        ("1", "a", {"age": 40, "sex": "M"}),
        ("2", "a", {}),
    ]
    np.testing.assert_allclose(dataset.read(found[1]).get_data(), 1e-6 * noise(6, SFREQ, seed=1), rtol=1e-6)
