"""Contract of every dataset in conf/dataset, and agreement of its card with real recordings."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from options import composed, shipped

from eegbench.config import build
from eegbench.dataset import BadRecordingError, Dataset
from eegbench.dataset.eegbci_runs import KINDS
from eegbench.types import Recording


def _p300(data: Path, _: Path) -> dict[str, Any]:
    return {"root": str(data / "bids" / "p300"), "labels": {"target": "target", "nontarget": "nontarget"}}


def _eegmat(data: Path, _: Path) -> dict[str, Any]:
    return {"root": str(data / "eegmat")}


def _eegbci(data: Path, _: Path) -> dict[str, Any]:
    return {"root": str(data / "eegbci"), "runs": list(KINDS)}


def _own(data: Path, _: Path) -> dict[str, Any]:
    labels = {"T0": "rest", "T1": "left", "T2": "right"}
    files = {"pattern": "*R04.edf", "subject": r"(?P<subject>S\d+)R", "channels": ["Fc5.", "Fc3.", "Fc1."]}
    return {"root": str(data / "eegbci"), "labels": labels, **files}


def _sleep_edf(data: Path, folder: Path) -> dict[str, Any]:
    """Return options for the first five minutes of one night, which are too short for a crop."""
    shutil.copy(data / "sleep-edf" / "SC4001E0-PSG.first300s.edf", folder / "SC4001E0-PSG.edf")
    shutil.copy(data / "sleep-edf" / "SC4001EC-Hypnogram.edf", folder)
    return {"root": str(folder), "crop_wake_min": None}


def _lacking_in_edf(dataset: Dataset, whole: Recording, folder: Path) -> tuple[Dataset, Recording]:
    folder.mkdir()
    copy = folder / whole.signal.name
    copy.write_bytes(whole.signal.read_bytes())
    _rename_signal(copy, 1)
    return dataset, replace(whole, signal=copy)


def _lacking_in_tree(dataset: Dataset, whole: Recording, folder: Path) -> tuple[Dataset, Recording]:
    """Rename the second channel, in the header and the table, in a copy of a dataset's first subject."""
    shutil.copytree(dataset.root / "sub-01", folder / "sub-01")
    channels = tuple(dataset.read(whole).ch_names)
    for old, new in ((".vhdr", f"Ch2={channels[1]},"), ("channels.tsv", f"\n{channels[1]}\t")):
        for path in folder.rglob(f"{whole.id}*{old}"):
            path.chmod(0o644)
            path.write_text(path.read_text().replace(new, new.replace(channels[1], "UNKNOWN")))
    reader = make("bids", folder, **{**_p300(folder, folder), "root": str(folder), "channels": channels})
    return reader, reader.recordings()[0]


def _rename_signal(path: Path, position: int) -> None:
    """Rename one signal of an EDF file so that its label is not an electrode."""
    with path.open("r+b") as file:
        file.seek(256 + 16 * position)
        file.write(b"UNKNOWN".ljust(16))


@dataclass(frozen=True)
class Real:
    """Recordings in ``$EEGBENCH_TEST_DATA`` that a dataset reads.

    Attributes
    ----------
    options
        Return the options with which it reads them.
    has_facts
        Whether age and sex of the subjects are among the files.
    lacking
        Return a dataset and a recording like one that is given, without its second channel.
    """

    options: Callable[[Path, Path], dict[str, Any]]
    has_facts: bool = True
    lacking: Callable[[Dataset, Recording, Path], tuple[Dataset, Recording]] = _lacking_in_edf


REAL = {
    "bids": Real(_p300, has_facts=False, lacking=_lacking_in_tree),
    "eegbci": Real(_eegbci, has_facts=False),
    "mental_arithmetic": Real(_eegmat),
    "recordings": Real(_own, has_facts=False),
    "sleep_physionet": Real(_sleep_edf),
}
"""Datasets whose cards are compared with files; of the others no recordings are there."""

OPTIONS = shipped("dataset", REAL)


def node_of(name: str, folder: Path) -> dict[str, Any]:
    """Return an option from its YAML, with its files below a folder."""
    node = json.dumps(composed("paths.outputs=/outputs-of-tests", f"dataset={name}")["dataset"])
    return json.loads(node.replace("/outputs-of-tests", str(folder)))


def make(name: str, folder: Path, **options: Any) -> Dataset:
    """Build an option from its YAML, as the command does, with its files below a folder."""
    return build({**node_of(name, folder), **options}, Dataset)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_dataset_is_a_card_a_label_map_and_settings(name: str, tmp_path: Path):
    dataset = make(name, tmp_path)
    assert isinstance(dataset, Dataset)
    assert dataset.card.citation
    assert dataset.card.licence
    assert dataset.card.n_subjects <= dataset.card.n_recordings
    if dataset.card.n_subjects:  # others read any folder, so channels and classes depend on the files
        assert dataset.card.channels
        assert len(dataset.classes) > 1
    assert not set(dataset.labels) & set(dataset.ignored)
    assert dataset.on_bad_recording == "raise"
    json.dumps(dict(dataset.read_settings))


@pytest.mark.parametrize("name", OPTIONS)
def test_the_source_is_the_root_or_none_where_there_is_no_root(name: str, tmp_path: Path):
    node = node_of(name, tmp_path)
    roots = [f"{of}={one['root']}" for of, one in node.get("sets", {}).items() if one.get("root")]
    assert make(name, tmp_path).source == (", ".join(roots) or node.get("root"))
    if "root" in node:
        assert make(name, tmp_path, root=str(tmp_path / "there")).source == str(tmp_path / "there")


@pytest.mark.slow
@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
def test_the_card_agrees_with_what_is_on_disk(name: str, shared_data: Path, tmp_path: Path):
    dataset = make(name, tmp_path, **REAL[name].options(shared_data, tmp_path))
    card, recordings = dataset.card, dataset.recordings()
    assert len({recording.id for recording in recordings}) == len(recordings)
    assert [recording.id for recording in recordings] == sorted(recording.id for recording in recordings)
    for recording in recordings:
        raw = dataset.read(recording)
        assert (tuple(raw.ch_names), raw.info["sfreq"]) == (card.channels, card.sfreq), recording.id
        assert set(raw.annotations.description) <= {*dataset.labels, *dataset.ignored}
        assert REAL[name].has_facts == bool(recording.facts)
        if recording.facts:
            assert recording.facts["sex"] in ("F", "M")
            assert 10 < recording.facts["age"] < 110
    subjects = {recording.subject for recording in recordings}
    assert len(subjects) <= card.n_subjects
    assert len(recordings) <= card.n_recordings
    if len(subjects) == card.n_subjects:  # totals can be compared where the set is complete
        assert len(recordings) == card.n_recordings
    assert dataset.coverage(recordings).startswith((f"{len(subjects)} of {card.n_subjects}", "all "))


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL)
def test_a_recording_that_lacks_a_channel_is_refused_or_opened_without_it(name: str, shared_data: Path, tmp_path: Path):
    dataset = make(name, tmp_path, **REAL[name].options(shared_data, tmp_path))
    whole = dataset.recordings()[0]
    names = dataset.read(whole).ch_names
    reader, lacking = REAL[name].lacking(dataset, whole, tmp_path / "lacking")
    with pytest.raises(BadRecordingError, match=f"no channel '?{names[1]}.*preprocessing.signal.missing_channels=mark"):
        reader.read(lacking)
    opened = reader.read(lacking, may_lack_channels=True)
    assert opened.ch_names == [names[0], *names[2:]]
    assert opened.n_times == dataset.read(whole).n_times


@pytest.mark.realdata
def test_the_two_real_sets_here_are_parts_and_the_sentence_says_which(shared_data: Path, tmp_path: Path):
    dataset = make("mental_arithmetic", tmp_path, **_eegmat(shared_data, tmp_path))
    assert dataset.coverage(dataset.recordings()) == "18 of 36 subjects, 36 of 72 recordings"


def test_the_card_of_sleep_edf_agrees_with_the_table_that_mne_ships():
    import mne
    import pandas as pd

    from eegbench.dataset.night_list import ABSENT_NIGHTS, ABSENT_SUBJECTS
    from eegbench.dataset.sleep_physionet import SleepPhysionet

    table = pd.read_csv(Path(mne.__file__).parent / "datasets" / "sleep_physionet" / "age_records.csv")
    nights = table[table["record type"] == "PSG"]
    assert len(nights) == SleepPhysionet.card.n_recordings
    assert nights["subject"].nunique() == SleepPhysionet.card.n_subjects
    there = set(zip(nights["subject"], nights["night"], strict=True))
    every = {(subject, night) for subject in range(83) for night in (1, 2)}
    assert every - there == {*ABSENT_NIGHTS, *((subject, night) for subject in ABSENT_SUBJECTS for night in (1, 2))}
