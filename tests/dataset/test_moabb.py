"""Datasets of MOABB: each run is written once as FIF, with MOABB's events as labels, and read without MOABB."""

import logging
import sys
import types
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
from eegbench.dataset.content import recording_digest
from eegbench.dataset.moabb import Moabb

SFREQ = 100.0


def reader(cache: Path, **options: Any) -> Moabb:
    node = OmegaConf.to_container(OmegaConf.load(CONF / "dataset" / "moabb.yaml"), resolve=False)
    return build({**node, "cache": str(cache), **options}, Moabb)


class Set:
    """Stand-in for a dataset of MOABB: two sessions of a run, with a trial 4 s after every cue."""

    code, paradigm, doi, interval, metadata = "Two-Hands", "imagery", "10.1/2", [1, 3], None
    event_id, all_subjects = {"left_hand": 1, "right_hand": 2}, [1, 2, 3]

    def __init__(self, *, executed: bool = False) -> None:
        self.executed = executed

    def get_data(self, subjects: list[int]) -> dict[int, Any]:
        if subjects == [3]:
            raise ConnectionError("Max retries exceeded")
        return {one: {f"{number}day": {"0": self._raw(one + number)} for number in (0, 1)} for one in subjects}

    def _raw(self, seed: int) -> mne.io.BaseRaw:
        info = mne.create_info([*NAMES, "stim"], SFREQ, ["eeg"] * len(NAMES) + ["stim"])
        raw = mne.io.RawArray(1e-6 * np.vstack([noise(12, SFREQ, seed=seed), np.zeros(1200)]), info, verbose="ERROR")
        return raw.set_annotations(mne.Annotations([2.0, 7.0], 2.0, ["left_hand", "right_hand"]))


@pytest.fixture
def stand_in(monkeypatch):
    """Replace MOABB by a package with one dataset."""
    package, datasets = types.ModuleType("moabb"), types.ModuleType("moabb.datasets")
    package.datasets, package.__version__ = datasets, "0.0"
    datasets.Hands, datasets.base = Set, types.SimpleNamespace(BaseDataset=Set)
    monkeypatch.setitem(sys.modules, "moabb", package)
    monkeypatch.setitem(sys.modules, "moabb.datasets", datasets)


def test_subjects_sessions_and_runs_become_recordings_with_the_events_as_classes(tmp_path, stand_in, caplog):
    caplog.set_level(logging.INFO)
    dataset = reader(tmp_path, name="Hands", subjects=[1, 2])
    found = dataset.recordings()
    assert [(one.id, one.subject, one.session, one.run) for one in found] == [
        (f"sub-{subject}_ses-{day}day_run-0", str(subject), f"{day}day", "0") for subject in (1, 2) for day in (0, 1)
    ]
    assert dataset.classes == ("left_hand", "right_hand")
    raw = dataset.read(found[1])
    assert raw.ch_names == list(NAMES)
    np.testing.assert_allclose(raw.get_data(), 1e-6 * noise(12, SFREQ, seed=2), rtol=1e-6)
    assert raw.annotations.onset.tolist() == [2.0, 7.0]
    assert raw.annotations.duration.tolist() == [2.0, 2.0]
    assert dataset.coverage(found) == "2 of 3 subjects, 4 recordings"
    assert (dataset.card.sfreq, dataset.card.channels, dataset.card.n_subjects) == (SFREQ, NAMES, 3)
    assert "doi:10.1/2" in dataset.card.citation
    assert any("each from 1 to 3 s after its cue" in text and "tmax_s=2 cuts" in text for text in caplog.messages)


def test_what_was_written_is_read_again_without_moabb_and_is_not_written_twice(tmp_path, stand_in, monkeypatch):
    first = reader(tmp_path, name="Hands", subjects=[1]).recordings()
    digests = [recording_digest(one.files) for one in first]
    monkeypatch.setitem(sys.modules, "moabb.datasets", None)  # importing it fails from now on
    again = reader(tmp_path, name="Hands", subjects=[1])
    assert again.recordings() == first
    assert [recording_digest(one.files) for one in again.recordings()] == digests
    assert again.read(first[0]).n_times == 1200
    assert not [path for path in (tmp_path / "Hands").iterdir() if path.name.startswith(".")]


def test_events_become_classes_by_the_labels_given_and_others_must_be_ignored(tmp_path, stand_in):
    options = {"name": "Hands", "subjects": [1], "labels": {"left_hand": "left"}}
    dataset = reader(tmp_path, **options)
    with pytest.raises(BadRecordingError, match=r"has the labels 'right_hand' \(1\), which are neither in"):
        dataset.read(dataset.recordings()[0])
    ignoring = reader(tmp_path, **options, ignored=["right_hand"])
    assert ignoring.classes == ("left",)
    assert len(ignoring.read(ignoring.recordings()[0]).annotations) == 2


def test_other_options_of_a_set_are_other_files(tmp_path, stand_in):
    plain, executed = (reader(tmp_path, name="Hands", subjects=[1], options=one) for one in ({}, {"executed": True}))
    assert plain.recordings()[0].signal.parent != executed.recordings()[0].signal.parent


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"name": None}, ValueError, r"dataset\.name=null: the name of a set of MOABB .* dataset\.name=BNCI2014_001"),
        ({"name": "Hand"}, ValueError, r"dataset\.name=Hand: moabb\.datasets has no such set; did you mean Hands\?"),
        ({"name": "base"}, ValueError, r"dataset\.name=base: moabb\.datasets has no such set"),
        ({"name": "Hands", "subjects": [4]}, ValueError, r"dataset\.subjects=\[4\]: not in Hands; there are 1, 2, 3"),
        ({"name": "Hands", "options": {"x": 1}}, ValueError, r"dataset\.options=\{'x': 1\}: Hands refuses them"),
        ({"name": "Hands"}, FileNotFoundError, r"could not fetch or read subject 3 \(Max retries exceeded\).*network"),
    ],
)
def test_what_moabb_does_not_have_or_cannot_fetch_is_refused_by_name(tmp_path, stand_in, options, kind, message):
    with pytest.raises(kind, match=message):
        reader(tmp_path, **options).recordings()


def test_without_moabb_the_error_message_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "moabb.datasets", None)
    monkeypatch.setitem(sys.modules, "moabb", None)
    with pytest.raises(ValueError, match=r"not installed; type: pip install 'eegbench\[moabb\]'"):
        reader(tmp_path, name="Hands").recordings()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_moabb_s_own_set_for_tests_gives_the_epochs_that_its_paradigm_cuts(tmp_path):
    pytest.importorskip("moabb", reason="moabb is not installed: pip install 'eegbench[moabb]'")
    from moabb.datasets import FakeDataset
    from moabb.paradigms import LeftRightImagery

    events, n = ["left_hand", "right_hand"], {"n_subjects": 2, "n_sessions": 1, "n_runs": 2, "duration": 30}
    options = {**n, "event_list": events, "n_events": 8, "seed": 5}
    dataset = reader(tmp_path, name="FakeDataset", options=options, subjects=[2])
    found = dataset.recordings()
    assert [(one.subject, one.session, one.run) for one in found] == [("2", "0", "0"), ("2", "0", "1")]
    paradigm = LeftRightImagery(fmin=None, fmax=None, resample=None)
    x, y, rows = paradigm.get_data(FakeDataset(**options), [2])
    assert set(y) == set(dataset.classes)
    raw = dataset.read(found[0])
    own = raw.get_data()
    first = np.rint(raw.annotations.onset * raw.info["sfreq"]).astype(int)
    cut = np.stack([own[:, at : at + x.shape[2]] for at in first])
    np.testing.assert_allclose(1e6 * cut, x[(rows["run"] == "0").to_numpy()], rtol=1e-4, atol=1e-3)
