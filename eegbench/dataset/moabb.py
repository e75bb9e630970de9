"""Datasets of MOABB, the benchmark of brain-computer interfaces, by name: motor imagery, P300, SSVEP and others.

Conventions
-----------
MOABB reads the recordings, and eegbench saves them as FIF and reads those (`eegbench.dataset.moabb_files`). Labels last
from the start to the end of the dataset's interval, so times in ``preprocessing=trial`` are relative to the start of
that interval, which may be seconds after the cue.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import mne

from eegbench.config import Text
from eegbench.dataset.base import Card, Dataset
from eegbench.dataset.folder import form_of
from eegbench.dataset.moabb_files import Facts, Source
from eegbench.dataset.signal_file import companions
from eegbench.dataset.signal_labels import open_annotated
from eegbench.types import Recording

MOABB = (
    "Jayaram, Barachant. MOABB: trustworthy algorithm benchmarking for BCIs. J. Neural Eng. 15(6):066011, 2018. "
    "doi:10.1088/1741-2552/aadea0"
)

_log = logging.getLogger(__name__)


class Moabb(Dataset):
    """A dataset of MOABB: its subjects, sessions and runs, with its events as labels.

    Parameters
    ----------
    name
        Name of a class in ``moabb.datasets``.
    options
        Arguments of its constructor.
    cache
        Folder for the recordings as FIF.
    subjects
        Subject numbers; None takes all.
    channels
        Channel names, in this order; None takes all of type EEG.
    labels
        Class names by event; if empty, each event is a class.
    ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.

    References
    ----------
    Jayaram & Barachant 2018, J. Neural Eng. 15(6):066011, doi:10.1088/1741-2552/aadea0.
    """

    def __init__(
        self,
        *,
        name: str | None,
        options: Mapping[str, Any],
        cache: Text,
        subjects: tuple[int, ...] | None,
        channels: tuple[str, ...] | None,
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        if channels == ():
            raise ValueError("dataset.channels=[]: at least one is expected, or null for all that are EEG.")
        self.set_name = name
        self.options = options
        self.cache = Path(cache).expanduser()
        self.subjects = subjects
        self.channels = channels
        self.given_labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording

    @cached_property
    def labels(self) -> Mapping[str, str]:  # type: ignore[override]  # the dataset's events by default
        """Class names by event."""
        if self.given_labels or self.set_name is None:
            return self.given_labels
        return {event: event for event in self._facts.events if event not in self.ignored}

    @cached_property
    def card(self) -> Card:  # type: ignore[override]  # depends on the files
        """Facts of the dataset according to MOABB; recordings, channels and rate are those downloaded so far."""
        facts = None if self.set_name is None else self._facts
        found = (
            [] if facts is None else [one for one in facts.subjects if (self._source.folder / f"sub-{one}").is_dir()]
        )
        there = [] if facts is None else self._source.recordings(found)
        rate, channels = form_of(there, self.channels, self.ignored)
        named = "" if facts is None else f"{facts.code}{', doi:' + facts.doi if facts.doi else ''}, through MOABB. "
        return Card(
            citation=named + MOABB,
            licence=(facts.licence if facts else "") or "see the publication of the set",
            url="https://moabb.neurotechx.com/docs/dataset_summary.html",
            n_subjects=0 if facts is None else len(facts.subjects),
            n_recordings=len(there),
            sfreq=rate,
            channels=channels,
        )

    @property
    def source(self) -> str | None:
        """Name of the dataset in MOABB."""
        return None if self.set_name is None else f"moabb.datasets.{self.set_name}"

    @property
    def download_folder(self) -> Path:
        """Folder of the recordings as FIF; MOABB downloads to a folder of its own."""
        return self.cache

    @property
    def people(self) -> str:
        """The dataset: equal subject numbers in two datasets are two people."""
        return f"{super().people} {self.set_name}"

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a recording, in addition to its file."""
        return {"channels": self.channels}

    def coverage(self, recordings: Sequence[Recording]) -> str:
        """Return the share of the dataset's subjects; its number of recordings is unknown until all are read."""
        n_subjects, n = len({one.subject for one in recordings}), len(self._facts.subjects)
        return f"{'all ' if n_subjects == n else f'{n_subjects} of '}{n} subjects, {len(recordings)} recordings"

    def recordings(self) -> list[Recording]:
        """List the recordings; MOABB reads those that are not in the cache, and downloads missing data.

        Raises
        ------
        ValueError
            If MOABB is not installed, or has no such dataset or subject.
        FileNotFoundError
            If data cannot be downloaded.
        """
        if self.set_name is None:
            raise ValueError(
                "dataset.name=null: the name of a set of MOABB is expected, say dataset.name=BNCI2014_001."
            )
        facts = self._facts
        wanted = facts.subjects if self.subjects is None else self.subjects
        unknown = [subject for subject in wanted if subject not in facts.subjects]
        if unknown or not wanted:
            raise ValueError(
                f"dataset.subjects={unknown}: not in {self.set_name}; there are {', '.join(map(str, facts.subjects))}."
            )
        first_s, last_s = facts.interval_s
        _log.info(
            "%s (%s, read by MOABB %s): labels are its events %s, each from %g to %g s after its cue; "
            "preprocessing=trial preprocessing.tmin_s=0 preprocessing.tmax_s=%g cuts what MOABB cuts.",
            *(facts.code, facts.paradigm, facts.moabb, ", ".join(facts.events), first_s, last_s, last_s - first_s),
        )
        return self._source.recordings(wanted)

    def sidecars(self, recording: Recording) -> tuple[Path, ...]:
        """Return the further files of a recording of more than 2 GB."""
        return companions(recording.signal)

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording with its events."""
        return self._read(recording, self.channels, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one recording with its events."""
        return self._read(recording, channels, may_lack_channels=may_lack_channels)

    def _read(
        self, recording: Recording, channels: Sequence[str] | None, *, may_lack_channels: bool
    ) -> "mne.io.BaseRaw":
        return open_annotated(
            recording.signal,
            channels=channels,
            may_lack_channels=may_lack_channels,
            labels=self.labels,
            ignored=self.ignored,
        )

    @cached_property
    def _source(self) -> Source:
        text = json.dumps(dict(self.options), sort_keys=True, default=str)
        ending = f"-{hashlib.sha256(text.encode()).hexdigest()[:8]}" if self.options else ""
        return Source(self.set_name or "", self.options, self.cache / f"{self.set_name}{ending}")

    @cached_property
    def _facts(self) -> Facts:
        return self._source.facts()
