"""Recordings of your own in a folder, in any common format, with labels from the file or from one next to it.

Conventions
-----------
A label without a duration, or with one of at most a sample, lasts until the next label. The scaling to volts comes from
the header of the signals; EEGLAB and CNT files are in µV. Onsets are relative to the first sample.
"""

import copy
import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import mne

from eegbench.config import NotNegative, Text
from eegbench.dataset.base import BadRecordingError, Card
from eegbench.dataset.delimited import MISSING
from eegbench.dataset.folder import FolderDataset, form_of
from eegbench.dataset.label_file import read_labels
from eegbench.dataset.label_list import LabelStart, check_known
from eegbench.dataset.label_place import laid_on
from eegbench.dataset.label_table import TableForm
from eegbench.dataset.night import cropped_around_sleep, sleep_labels
from eegbench.dataset.signal_file import companions, open_signal
from eegbench.dataset.signal_labels import IN_SIGNAL, bad_in, clock_of, marks_in_signal
from eegbench.dataset.signal_list import label_file, list_recordings
from eegbench.dataset.subjects_file import rows_to_write
from eegbench.dataset.timed_texts import EPOCH_EDGE, Mark, annotations, lasting
from eegbench.types import Recording

_log = logging.getLogger(__name__)


class Recordings(FolderDataset):
    """Recordings of a folder: EDF, BDF, BrainVision, EEGLAB, FIF, GDF or CNT.

    Parameters
    ----------
    root
        Folder of the recordings.
    pattern
        Glob pattern of the signal files, such as ``**/*.vhdr``; files in other formats are ignored.
    subject
        Rule for the subject of a recording: ``folder``, the first folder below the root; ``file``, a different subject
        for each file; a regular expression for the path below the root, with a group ``(?P<subject>…)`` and optionally
        ``session`` and ``run``; None uses the table of subjects in the root if it lists recordings, or else the folder.
    channels
        Channel names, in this order; None takes all EEG channels, or for EDF and BDF all channels.
    labels_from
        ``annotations`` of the file itself, including markers; ``triggers``, the codes of its trigger channel; or a
        file next to it, with a star for the name of the signal file, or for the text that the star at the end of
        ``pattern`` matches: ``*.csv``, ``*_stages.tsv``, ``*-nsrr.xml``, ``*-Hypnogram.edf``. None reads no labels.
    table
        Form of a CSV, TSV or TXT table of labels.
    hypnogram_start
        Origin of the times in a label file. ``file``: the first sample. ``clock``: times of day, or a start in the
        label file. ``lights_off``: the annotation of lights off in the recording.
    crop_wake_min
        Minutes of wake to keep before and after sleep; None keeps all.
    wake
        Class of wake, needed for cropping.
    labels, ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.

    References
    ----------
    Gramfort et al. 2013, Front. Neurosci. 7:267, doi:10.3389/fnins.2013.00267 (MNE-Python).
    """

    def __init__(  # noqa: PLR0913  options are flat for typing
        self,
        *,
        root: Text | None,
        pattern: Text,
        subject: Text | None,
        channels: tuple[str, ...] | None,
        labels_from: Text | None,
        table: TableForm,
        hypnogram_start: LabelStart,
        crop_wake_min: NotNegative | None,
        wake: Text | None,
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        if channels == ():
            raise ValueError("dataset.channels=[]: at least one is expected, or null for all that are EEG.")
        if labels_from is not None and labels_from not in IN_SIGNAL and "*" not in labels_from:
            raise ValueError(
                f"dataset.labels_from={labels_from}: annotations, triggers, null, or a file next to each recording is "
                "expected, with a star for the recording's name, say *.csv or *-nsrr.xml."
            )
        if crop_wake_min is not None and (crop_wake_min < 0 or wake not in labels.values()):
            raise ValueError(
                f"dataset.crop_wake_min={crop_wake_min:g}, dataset.wake={wake}: 0 or more minutes are expected, and "
                f"the class that is not sleep, of {', '.join(dict.fromkeys(labels.values())) or 'dataset.labels'}."
            )
        self.root = None if root is None else Path(root).expanduser()
        self.pattern = pattern
        self.subject = subject
        self.channels = channels
        self.labels_from = labels_from
        self.table = table
        self.hypnogram_start = hypnogram_start
        self.crop_wake_min = crop_wake_min
        self.wake = wake
        self.labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording
        self._told: set[str] = set()

    @cached_property
    def card(self) -> Card:  # type: ignore[override]  # depends on the files
        """Facts of the folder; channels and the highest rate are those of the first readable recording."""
        found = self.found()
        rate, channels = form_of(found, self.channels, self.ignored)
        return Card(
            citation="Own recordings. Read with MNE-Python: Gramfort et al. MEG and EEG data analysis with MNE-Python. "
            "Frontiers in Neuroscience 7:267, 2013. doi:10.3389/fnins.2013.00267",
            licence="not stated",
            url="https://mne.tools",
            n_subjects=len({one.subject for one in found}),
            n_recordings=len(found),
            sfreq=rate,
            channels=channels,
        )

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a recording, in addition to its files."""
        sleep = () if self.crop_wake_min is None else sorted(sleep_labels(self.labels, self.wake or ""))
        return {
            "channels": self.channels,
            "labels_from": self.labels_from,
            "table": [self.table.column, self.table.epoch_s],
            "hypnogram_start": self.hypnogram_start,
            "crop_wake_min": self.crop_wake_min,
            "sleep": sleep,
            "spelling": sorted({*self.labels, *self.ignored}) if self.labels_from == "annotations" else (),
        }

    def recordings(self) -> list[Recording]:
        """List the recordings; see `eegbench.dataset.signal_list.list_recordings`."""
        if self.root is None:
            raise FileNotFoundError("dataset.root=null: a folder of recordings is expected; type dataset.root=FOLDER.")
        labels = None if self.labels_from in IN_SIGNAL else self.labels_from
        return list_recordings(self.root, self.pattern, subject=self.subject, labels=labels)

    def for_one(self, recording: Recording) -> "Recordings":
        """Return a reader for one recording, which does not read labels if its label file is missing."""
        if recording.labels is not None or self.labels_from is None or self.labels_from in IN_SIGNAL:
            return self
        expected = label_file(recording.signal, self.labels_from, self.pattern)
        _log.warning("%s: there is no %s, so it is read without labels.", recording.signal.name, expected)
        without = copy.copy(self)
        without.labels_from = None
        return without

    def how_to_join(self, recordings: Sequence[Recording]) -> str:
        """Return the rows to add to the table of subjects."""
        if self.root is None:
            return super().how_to_join(recordings)
        return rows_to_write(self.root, recordings, rule=self.subject)

    def sidecars(self, recording: Recording) -> tuple[Path, ...]:
        """Return the files of samples, markers and parts that belong to the header."""
        return companions(recording.signal)

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording with its labels."""
        return self._read(recording, self.channels, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one recording, possibly with another rate than those of `read`."""
        return self._read(recording, channels, may_lack_channels=may_lack_channels)

    def opened(
        self, recording: Recording, channels: Sequence[str] | None, *, may_lack_channels: bool
    ) -> "mne.io.BaseRaw":
        """Open the signal of one recording with its own annotations; see `eegbench.dataset.signal_file.open_signal`."""
        return open_signal(
            recording.signal, channels=channels, may_lack_channels=may_lack_channels, read_across=self.ignored
        )

    def _read(
        self, recording: Recording, channels: Sequence[str] | None, *, may_lack_channels: bool
    ) -> "mne.io.BaseRaw":
        raw = self.opened(recording, channels, may_lack_channels=may_lack_channels)
        try:
            marks = self._marks(recording, raw)
        except BadRecordingError as error:
            error.signal = raw
            raise
        found = annotations(marks, shift_s=0.0, length_s=raw.n_times / raw.info["sfreq"])
        edges = raw.annotations[raw.annotations.description == EPOCH_EDGE]
        self._tell_left_out(recording, len(marks) - len(found), len(edges) + 1 - len(found) if len(edges) else 0)
        found = found + edges if len(edges) else found
        raw.set_annotations(found, emit_warning=False, verbose="ERROR")
        if self.crop_wake_min is None or self.labels_from is None:
            return raw
        sleep = sleep_labels(self.labels, self.wake or "")
        return cropped_around_sleep(raw, found, sleep, self.crop_wake_min, recording.labels or recording.signal)

    def _marks(self, recording: Recording, raw: "mne.io.BaseRaw") -> list[Mark]:
        """Return labels and bad signal of a recording, in seconds from its first sample, each with a duration."""
        known, length_s = {*self.labels, *self.ignored}, raw.n_times / raw.info["sfreq"]
        bad = [] if self.labels_from == "annotations" else lasting(bad_in(raw, known), length_s, known)
        return bad if self.labels_from is None else [*self._labels(recording, raw, self.labels_from, known), *bad]

    def _labels(self, recording: Recording, raw: "mne.io.BaseRaw", labels_from: str, known: set[str]) -> list[Mark]:
        """Return the labels of a recording, all of them known."""
        if EPOCH_EDGE in raw.annotations.description and labels_from != "annotations":
            raise BadRecordingError(
                f"{recording.signal}: holds epochs, whose labels are their events at time zero (dataset.labels_from="
                f"{labels_from}); set dataset.labels_from=annotations, or null to read without labels."
            )
        if labels_from in IN_SIGNAL:
            marks = marks_in_signal(raw, recording.signal, labels_from, known)
        elif recording.labels is None:
            expected = label_file(recording.signal, labels_from, self.pattern)
            raise BadRecordingError(
                f"{recording.signal}: has no labels; {expected} is expected (dataset.labels_from={labels_from}). "
                "Set dataset.labels_from=null to read the folder without labels."
            )
        else:
            listed = read_labels(recording.labels, self.table, known)
            marks = laid_on(listed, clock_of(recording.signal, raw), self.hypnogram_start)
        marks = [mark for mark in lasting(marks, raw.n_times / raw.info["sfreq"], known) if mark.text not in MISSING]
        check_known(recording.labels or recording.signal, marks, self.labels, self.ignored)
        return marks

    def _tell_left_out(self, recording: Recording, n_outside: int, n_unlabelled: int) -> None:
        if recording.id in self._told:  # a recording is read more than once
            return
        self._told.add(recording.id)
        if n_outside:
            _log.info("%s: %d labels outside the recording were left out.", recording.id, n_outside)
        if n_unlabelled > 0 and self.labels_from is not None:
            _log.info("%s: %d of its epochs have no event at time zero.", recording.id, n_unlabelled)
