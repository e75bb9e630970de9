"""Datasets saved by braindecode's ``BaseConcatDataset.save()``, read without braindecode.

Conventions
-----------
The folder contains a folder for each recording, ``0/0-raw.fif`` with ``0/description.json``: subject, and often
session, run, age, gender and labels of the complete recording.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import mne

from eegbench.config import Text
from eegbench.dataset.base import BadRecordingError, Card
from eegbench.dataset.bids_files import listed, read_json
from eegbench.dataset.folder import FolderDataset, form_of
from eegbench.dataset.label_list import check_known
from eegbench.dataset.signal_file import companions, open_signal
from eegbench.dataset.signal_labels import open_annotated
from eegbench.dataset.timed_texts import Mark, annotations
from eegbench.types import Fact, Recording

DESCRIPTION = "description.json"

ANNOTATIONS = "annotations"


class Braindecode(FolderDataset):
    """Recordings of a dataset saved by braindecode.

    Parameters
    ----------
    root
        Folder of the dataset.
    subjects
        Subject names in the descriptions; None takes all.
    channels
        Channel names, in this order; None takes all of type EEG.
    label_column
        Source of the labels: ``annotations`` of the signal, or a column of the descriptions, as one label per
        recording. None reads no labels.
    labels, ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.

    References
    ----------
    Schirrmeister et al. 2017, Human Brain Mapping 38(11):5391, doi:10.1002/hbm.23730.
    """

    def __init__(
        self,
        *,
        root: Text | None,
        subjects: tuple[str | int, ...] | None,
        channels: tuple[str, ...] | None,
        label_column: Text | None,
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        if channels == ():
            raise ValueError("dataset.channels=[]: at least one is expected, or null for all that are EEG.")
        self.root = None if root is None else Path(root).expanduser()
        self.subjects = subjects
        self.channels = channels
        self.label_column = label_column
        self.labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording

    @cached_property
    def card(self) -> Card:  # type: ignore[override]  # depends on the files
        """Facts of the folder; channels and rate are those of the first readable recording."""
        found = self.found()
        rate, channels = form_of(found, self.channels, self.ignored)
        return Card(
            citation="A data set saved by braindecode; cite its source, and: Schirrmeister et al. Deep learning with "
            "convolutional neural networks for EEG decoding and visualization. Human Brain Mapping 38(11):5391-5420, "
            "2017. doi:10.1002/hbm.23730",
            licence="not stated",
            url="https://braindecode.org",
            n_subjects=len({one.subject for one in found}),
            n_recordings=len(found),
            sfreq=rate,
            channels=channels,
        )

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a recording, in addition to its files."""
        return {"channels": self.channels, "label_column": self.label_column}

    def recordings(self) -> list[Recording]:
        """List the recordings, sorted by id, which is the name of their folder.

        Raises
        ------
        FileNotFoundError
            If the folder contains none.
        ValueError
            If a subject does not exist.
        BadRecordingError
            If a description has no subject, or windows were saved instead of recordings.
        """
        if self.root is None:
            raise FileNotFoundError(
                "dataset.root=null: the folder that braindecode's BaseConcatDataset.save() wrote is expected; type "
                "dataset.root=FOLDER."
            )
        said = {path: _description(path) for path in _signals(self.root)}
        there = {str(one["subject"]) for one in said.values()}
        wanted = there if self.subjects is None else {str(one) for one in self.subjects}
        if not wanted or wanted - there:
            raise ValueError(
                f"dataset.subjects={sorted(wanted)}: {', '.join(sorted(wanted - there)) or 'none'} not in {self.root}; "
                f"there are {listed(sorted(there))}."
            )
        runs = Counter[tuple[str, str]]()
        found = [_recording(path, one, runs) for path, one in said.items() if str(one["subject"]) in wanted]
        return sorted(found, key=lambda one: one.id)

    def how_to_join(self, recordings: Sequence[Recording]) -> str:
        """Return the descriptions in which to set the same subject."""
        files = ", ".join(f"{one.id}/{DESCRIPTION}" for one in recordings)
        return f'set one "subject" in {files} of {self.root}'

    def sidecars(self, recording: Recording) -> tuple[Path, ...]:
        """Return the description, and further files of a recording of more than 2 GB."""
        return (recording.signal.with_name(DESCRIPTION), *companions(recording.signal))

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording with its labels."""
        return self._read(recording, self.channels, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one recording with its labels."""
        return self._read(recording, channels, may_lack_channels=may_lack_channels)

    def _read(
        self, recording: Recording, channels: Sequence[str] | None, *, may_lack_channels: bool
    ) -> "mne.io.BaseRaw":
        path, lacking = recording.signal, may_lack_channels
        if self.label_column == ANNOTATIONS:
            return open_annotated(
                path, channels=channels, may_lack_channels=lacking, labels=self.labels, ignored=self.ignored
            )
        raw = open_signal(path, channels=channels, may_lack_channels=lacking, read_across=self.ignored)
        length_s = raw.n_times / raw.info["sfreq"]
        marks = [] if self.label_column is None else [self._mark(path, self.label_column, length_s)]
        return raw.set_annotations(annotations(marks, shift_s=0.0, length_s=length_s), verbose="ERROR")

    def _mark(self, path: Path, column: str, length_s: float) -> Mark:
        """Return the label of a complete recording."""
        said = _description(path)
        if said.get(column) is None:
            raise BadRecordingError(
                f"{path.with_name(DESCRIPTION)}: has no {column} (dataset.label_column); it has {', '.join(said)}. Set "
                "one of these, or annotations."
            )
        mark = Mark(0.0, length_s, str(said[column]))
        check_known(path.with_name(DESCRIPTION), [mark], {**self.labels, **dict.fromkeys(self.ignored, "")}, ())
        return mark


def _signals(root: Path) -> list[Path]:
    """Return the recordings of a folder."""
    if not root.is_dir():
        raise FileNotFoundError(f"dataset.root={root}: there is no such folder.")
    folders = [path for path in sorted(root.iterdir()) if path.name.isdigit() and path.is_dir()]
    windows = [one for path in folders for one in (path / f"{path.name}-epo.fif",) if one.is_file()]
    if windows:
        raise BadRecordingError(
            f"{windows[0]}: holds windows, not a recording; save the data set of braindecode before windows are cut "
            "from it (eegbench cuts them by preprocessing=trial or standard)."
        )
    found = [path / f"{path.name}-raw.fif" for path in folders]
    if not found:
        raise FileNotFoundError(
            f"dataset.root={root}: holds no recording of braindecode, 0/0-raw.fif with 0/{DESCRIPTION}; give the "
            "folder that BaseConcatDataset.save() wrote."
        )
    return found


def _description(path: Path) -> dict[str, Any]:
    said = read_json(path.with_name(DESCRIPTION))
    if said.get("subject") in (None, ""):
        raise BadRecordingError(
            f"{path.with_name(DESCRIPTION)}: names no subject, and nothing else says whose the recording is; add "
            '"subject" to it, or set it in the description before saving.'
        )
    return said


def _recording(path: Path, said: Mapping[str, Any], runs: Counter[tuple[str, str]]) -> Recording:
    subject, session = str(said["subject"]), str(_first(said.get("session"), "1"))
    runs[subject, session] += 1
    run = str(_first(said.get("run"), runs[subject, session]))
    return Recording(path.parent.name, subject=subject, session=session, run=run, signal=path, facts=_facts(said))


def _first(value: Any, otherwise: Any) -> Any:
    return otherwise if value in (None, "") else value


def _facts(said: Mapping[str, Any]) -> dict[str, Fact]:
    """Return age and sex, if the description has them in a known format."""
    facts: dict[str, Fact] = {}
    age, sex = said.get("age"), str(_first(said.get("gender"), said.get("sex"))).strip()[:1].upper()
    if isinstance(age, int | float) and not isinstance(age, bool):
        facts["age"] = age
    if sex in ("F", "M"):
        facts["sex"] = sex
    return facts
