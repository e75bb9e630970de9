"""Base class of datasets: a card of facts, a list of recordings, and each recording as an MNE Raw in volts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mne

from eegbench.types import Recording


@dataclass(frozen=True)
class Card:
    """Facts of a published dataset; a test compares them with the files.

    Attributes
    ----------
    citation
        Citation requested by the authors, with the DOI.
    licence
        Licence, by its SPDX name if it has one.
    url
        Web page of the dataset.
    n_subjects, n_recordings
        Numbers in the complete dataset.
    sfreq
        Sampling rate in Hz as recorded.
    channels
        Names of the EEG channels as used by this reader, in order.
    pattern
        Pattern of the names of its signal files; None for datasets that are not published.
    download_gb
        Approximate size of the complete download in GB; None if unknown or if nothing is downloaded.
    """

    citation: str
    licence: str
    url: str
    n_subjects: int
    n_recordings: int
    sfreq: float
    channels: tuple[str, ...]
    pattern: str | None = None
    download_gb: float | None = None


class BadRecordingError(ValueError):
    """Raised for a recording that cannot be used; the message names the file, what was expected and what to do.

    Attributes
    ----------
    signal
        The opened signal, if only the labels are invalid; None otherwise.
    """

    signal: "mne.io.BaseRaw | None" = None


class MixedRatesError(BadRecordingError):
    """Raised if the requested channels have several sampling rates; readers do not resample.

    Attributes
    ----------
    rates
        Sampling rate in Hz of each requested channel that exists, in the order of the names.
    """

    def __init__(self, message: str, rates: Mapping[str, float]) -> None:
        super().__init__(message)
        self.rates = rates


class Dataset(ABC):
    """A set of recordings, labelled or not.

    Attributes
    ----------
    card
        Facts of the complete dataset.
    labels
        Class names by annotation description; classes are in order of first appearance.
    ignored
        Known descriptions without a class: their windows stay, unscored.
    channels
        Requested channel names; None if the files decide.
    on_bad_recording
        ``raise`` stops at a recording that cannot be used, ``skip`` continues without it and records the reason.
    """

    card: Card
    labels: Mapping[str, str]
    ignored: tuple[str, ...]
    on_bad_recording: str
    channels: tuple[str, ...] | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, in order of first appearance in the label map."""
        return tuple(dict.fromkeys(self.labels.values()))

    @property
    @abstractmethod
    def source(self) -> str | None:
        """Folder or address of the data; None if no option sets one."""

    @property
    def download_folder(self) -> Path | None:
        """Folder into which files are downloaded if `source` is None; None if nothing is downloaded."""
        return None

    @property
    def name(self) -> str:
        """Name of the data in tables: the name of the option."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def people(self) -> str:
        """Identifier of the population: in datasets with the same one, equal subject ids mean the same person."""
        return type(self).__name__

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change the output of `read`; they are part of a shard's identity."""
        return {}

    def origin(self, recording: Recording) -> tuple["Dataset", Recording]:
        """Return the dataset whose files contain a recording, and the recording as listed there.

        They differ from this dataset and its own recording only if several datasets are joined.
        """
        return self, recording

    def coverage(self, recordings: Sequence[Recording]) -> str:
        """Return the share of the complete dataset: "18 of 36 subjects, …"."""
        n_subjects = len({recording.subject for recording in recordings})
        subjects = _share(n_subjects, self.card.n_subjects, "subjects")
        return f"{subjects}, {_share(len(recordings), self.card.n_recordings, 'recordings')}"

    def how_to_join(self, recordings: Sequence[Recording]) -> str:  # noqa: ARG002  used by some datasets
        """Return advice, for an error message, on assigning recordings to one subject."""
        return "give their files names of one subject"

    @abstractmethod
    def recordings(self) -> list[Recording]:
        """List the recordings, sorted by id; missing ones are downloaded or simulated first.

        Raises
        ------
        FileNotFoundError
            If a folder contains nothing of the expected form.
        ValueError
            If requested subjects or sessions do not exist.
        """

    def sidecars(self, recording: Recording) -> tuple[Path, ...]:  # noqa: ARG002  used by some datasets
        """Return files, other than those of signal and labels, that affect the output of `read`.

        They are part of a recording's digest, so a recording is preprocessed again if, say, a channel is marked as bad.
        """
        return ()

    @abstractmethod
    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording in volts, cropped, with its labels as annotations, without loading samples.

        The first sample is ``raw.first_time`` seconds after the first sample of the file, and onsets of annotations are
        also relative to the file's start (MNE's convention for ``crop``).

        Parameters
        ----------
        recording
            A recording from `recordings`.
        may_lack_channels
            Whether to open a recording that lacks some, but not all, channels instead of raising an error.

        Raises
        ------
        BadRecordingError
            If the file is damaged, lacks a channel, or has labels that are not in the map.
        MixedRatesError
            If the channels have several sampling rates; `read_channels` reads those of each rate.
        """

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one recording by name, otherwise like `read`.

        A dataset whose files contain channels with several rates overrides this method: the requested channels may have
        another rate than those of `read`.

        Raises
        ------
        BadRecordingError
            As in `read`, and if a channel is missing.
        """
        raw = self.read(recording, may_lack_channels=may_lack_channels)
        there = [name for name in channels if name in raw.ch_names]
        if not there or (len(there) < len(channels) and not may_lack_channels):
            missing = [name for name in channels if name not in there]
            raise BadRecordingError(
                f"{recording.signal}: channel {missing[0]} is missing; there are {', '.join(raw.ch_names)}."
            )
        return raw.pick(there).reorder_channels(there)


def _share(n: int, n_complete: int, what: str) -> str:
    return f"all {n} {what}" if n == n_complete else f"{n} of {n_complete} {what}"
