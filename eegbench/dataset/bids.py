"""Datasets in the Brain Imaging Data Structure (BIDS): EEG with its events, channels and participants.

Conventions
-----------
``sub-01/ses-02/eeg/sub-01_ses-02_task-NAME_run-03_eeg.vhdr`` is subject 01, session 02, run 03. Events come only from
``events.tsv``: marks in the signal files are not read. A channel's type and whether it is bad come from
``channels.tsv``, the scaling to volts from the header of the signals.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import mne

from eegbench.config import Text
from eegbench.dataset.base import BadRecordingError, Card
from eegbench.dataset.bids_card import describe, people
from eegbench.dataset.bids_events import Event, annotations, check_names, read_events
from eegbench.dataset.bids_files import absent, find_recordings, of_names, path_of, sidecar
from eegbench.dataset.bids_signal import read_signal
from eegbench.dataset.bids_tables import Channel, read_channels, read_participants
from eegbench.dataset.folder import FolderDataset
from eegbench.types import Fact, Recording

_log = logging.getLogger(__name__)


class Bids(FolderDataset):
    """EEG recordings of one task, or of several, in a folder.

    Parameters
    ----------
    root
        Folder that contains ``dataset_description.json`` and ``sub-…``.
    task
        Name of a task, or several; None takes the only one.
    subjects, sessions
        Names without ``sub-`` and ``ses-``; None takes all.
    channels
        Channel names, in this order; None takes those with type EEG in ``channels.tsv``.
    bad_channels
        Treatment of channels that are bad in ``channels.tsv``: ``keep`` reads them like others, ``drop`` excludes them
        as if they were missing, ``interpolate`` replaces them by splines over the good ones.
    label_column
        Column of ``events.tsv`` with the labels; None reads no events.
    labels, ignored
        Class names by value of that column, and values without a class; see `eegbench.dataset.Dataset`.
    on_bad_recording
        See `eegbench.dataset.Dataset`.

    References
    ----------
    Pernet et al. 2019, Scientific Data 6:103, doi:10.1038/s41597-019-0104-8;
    Appelhoff et al. 2019, J. Open Source Softw. 4(44):1896, doi:10.21105/joss.01896 (mne-bids).
    """

    def __init__(  # noqa: PLR0913  options are flat for typing
        self,
        *,
        root: Text | None,
        task: Text | tuple[Text, ...] | None,
        subjects: tuple[str | int, ...] | None,
        sessions: tuple[str | int, ...] | None,
        channels: tuple[str, ...] | None,
        bad_channels: Literal["keep", "drop", "interpolate"],
        label_column: Text | None,
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        if channels == ():
            raise ValueError("dataset.channels=[]: at least one is expected, or null for all that are EEG.")
        self.root = None if root is None else Path(root).expanduser()
        self.tasks = (task,) if isinstance(task, str) else task
        self.subjects = subjects
        self.sessions = sessions
        self.channels = channels
        self.bad_channels = bad_channels
        self.label_column = label_column
        self.labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording
        self._told: set[str] = set()

    @cached_property
    def card(self) -> Card:  # type: ignore[override]  # depends on the files
        """Facts in the dataset's own description; without a dataset, facts of BIDS."""
        try:
            paths = [] if self.root is None else self._of_tasks(find_recordings(self.root))
        except (FileNotFoundError, ValueError):  # raised again when recordings are listed
            paths = []
        return describe(self.root, paths, channels=self.channels)

    @property
    def people(self) -> str:
        """Name of the dataset in its description, or else its folder: sub-01 of two datasets are two people."""
        return super().people if self.root is None else f"{type(self).__name__} {people(self.root)}"

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a recording, in addition to its files."""
        return {
            "channels": self.channels,
            "bad_channels": self.bad_channels,
            "label_column": self.label_column,
        }

    def recordings(self) -> list[Recording]:
        """List the recordings of the task, sorted by id.

        Raises
        ------
        FileNotFoundError
            If there is no dataset.
        ValueError
            If the task, a subject or a session does not exist.
        BadRecordingError
            If a file is missing, or a subject is not in ``participants.tsv``; with ``skip``, it is left out.
        """
        if self.root is None:
            raise FileNotFoundError(
                "dataset.root=null: the folder of a BIDS tree is expected, which contains dataset_description.json; "
                "type dataset.root=FOLDER."
            )
        paths = self._of_tasks(find_recordings(self.root))
        paths = of_names(paths, "session", self.sessions)
        paths = of_names(paths, "subject", self.subjects)
        facts = self._facts()
        made = [self._recording(path, facts) for path in paths]
        return sorted((one for one in made if one is not None), key=lambda one: one.id)

    def sidecars(self, recording: Recording) -> tuple[Path, ...]:
        """Return the samples, if separate from the header, and the tables of channels and electrodes."""
        path = path_of(recording.signal, self._folder)
        near = [one for one in recording.signal.parent.glob(f"{recording.signal.stem}.*") if one != recording.signal]
        tables = (("channels", ".tsv"), ("electrodes", ".tsv"), ("coordsystem", ".json"), ("eeg", ".json"))
        found = (sidecar(path, suffix, extension) for suffix, extension in tables)
        return tuple(sorted({*near, *(one for one in found if one is not None)}))

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording, with electrode positions and its events; interpolation loads the samples."""
        return self._read(recording, self.channels, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one recording, possibly with another rate than those of `read`."""
        return self._read(recording, channels, may_lack_channels=may_lack_channels)

    def _read(self, recording: Recording, wanted: Sequence[str] | None, *, may_lack_channels: bool) -> "mne.io.BaseRaw":
        path = path_of(recording.signal, self._folder)
        channels, events = self._channels(path), self._events(recording)
        raw = read_signal(path, channels, wanted, bad_channels=self.bad_channels, may_lack_channels=may_lack_channels)
        try:
            marks = self._annotations(recording, events, raw.n_times / raw.info["sfreq"])
        except BadRecordingError as error:
            error.signal = raw
            raise
        return raw.set_annotations(marks, verbose="ERROR")

    @property
    def _folder(self) -> Path:
        assert self.root is not None  # otherwise there are no recordings
        return self.root

    def _of_tasks(self, paths: Sequence[Any]) -> list[Any]:
        """Return the recordings of the requested tasks."""
        there = sorted({path.task for path in paths})
        if self.tasks is None and len(there) > 1:
            raise ValueError(
                f"dataset.task=null: {self.root} has {len(there)} tasks; choose from {', '.join(there)}, "
                f"say dataset.task={there[0]}, or several, dataset.task=[{there[0]},{there[1]}]."
            )
        wanted = there if self.tasks is None else self.tasks
        missing = [task for task in wanted if task not in there]
        if missing or not wanted:
            raise ValueError(f"dataset.task={', '.join(missing)}: not in {self.root}; there are {', '.join(there)}.")
        return [path for path in paths if path.task in wanted]

    def _facts(self) -> dict[str, dict[str, Fact]] | None:
        """Return the facts of each subject; None if there is no such table."""
        table = self._folder / "participants.tsv"
        if not table.is_file():
            _log.info("%s has no participants.tsv: nothing is known of the subjects.", self.root)
            return None
        return read_participants(table)

    def _recording(self, path: Any, facts: Mapping[str, Mapping[str, Fact]] | None) -> Recording | None:
        """Describe a recording; None if it cannot be used and such recordings are skipped."""
        file, reason = Path(path.fpath), None
        if not file.exists():
            reason = f"{file}: {absent(file)}"
        elif facts is not None and path.subject not in facts:
            reason = (
                f"{self._folder / 'participants.tsv'}: has no row for sub-{path.subject} ({file.name}); add one, or "
                "choose others by dataset.subjects."
            )
        if reason is not None:
            self._leave_out(reason)
            return None
        run = path.run or "1"
        return Recording(
            id=file.stem.removesuffix("_eeg"),
            subject=path.subject,
            session=path.session or "1",
            run=run if self.tasks is None or len(self.tasks) == 1 else f"{path.task}-{run}",
            signal=file,
            labels=None if self.label_column is None else sidecar(path, "events", ".tsv"),
            facts={} if facts is None else facts[path.subject],
        )

    def _leave_out(self, reason: str) -> None:
        if self.on_bad_recording != "skip":
            raise BadRecordingError(reason)
        _log.warning("Left out: %s", reason)

    def _channels(self, path: Any) -> dict[str, Channel]:
        table = sidecar(path, "channels", ".tsv")
        if table is None and self.channels is None:
            raise BadRecordingError(
                f"{path.fpath}: has no channels.tsv, which lists its channels; name those to read with "
                "dataset.channels=[…]."
            )
        return {} if table is None else read_channels(table)

    def _events(self, recording: Recording) -> list[Event]:
        """Return the events of a recording; empty if events are not read."""
        if self.label_column is None:
            return []
        if recording.labels is None:
            raise BadRecordingError(
                f"{recording.signal}: has no events.tsv; {recording.id}_events.tsv is expected next to it, or set "
                "dataset.label_column=null to read recordings without labels."
            )
        events = read_events(recording.labels, self.label_column)
        check_names(recording.labels, self.label_column, events, [*self.labels, *self.ignored])
        return events

    def _annotations(self, recording: Recording, events: Sequence[Event], length_s: float) -> "mne.Annotations":
        found = annotations(recording.labels or recording.signal, events, length_s)
        if len(found) < len(events) and recording.id not in self._told:  # a recording is read more than once
            self._told.add(recording.id)
            _log.info("%s: %d events before the first sample were left out.", recording.id, len(events) - len(found))
        return found
