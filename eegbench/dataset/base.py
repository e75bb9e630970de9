"""What a dataset promises: a card of facts, a list of recordings, and each of them as an MNE Raw in volts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mne

from eegbench.types import Recording


@dataclass(frozen=True)
class Card:
    """The facts of a published set, beside the code that reads it; a test compares them with the disk.

    Attributes
    ----------
    citation
        How its authors want it cited, with the DOI.
    licence
        Its licence, by its SPDX name where it has one.
    url
        Its home.
    n_subjects, n_recordings
        Of the complete set.
    sfreq
        Sampling rate in Hz as recorded.
    channels
        EEG channels as this reader names them, in order.
    """

    citation: str
    licence: str
    url: str
    n_subjects: int
    n_recordings: int
    sfreq: float
    channels: tuple[str, ...]


class BadRecordingError(ValueError):
    """A recording that cannot be used: the message names its file, what was expected and what to do.

    Attributes
    ----------
    signal
        The opened signal, where its labels alone are at fault; None otherwise.
    """

    signal: "mne.io.BaseRaw | None" = None


class MixedRatesError(BadRecordingError):
    """Channels of several sampling rates were asked for, and a reader resamples none.

    Attributes
    ----------
    rates
        Sampling rate in Hz of each channel asked for that is there, in the order of the names.
    """

    def __init__(self, message: str, rates: Mapping[str, float]) -> None:
        super().__init__(message)
        self.rates = rates


class Dataset(ABC):
    """A set of recordings, labelled or not.

    Attributes
    ----------
    card
        Facts of the complete set.
    labels
        From the descriptions in the annotations to class names; the classes are in order of first appearance.
    ignored
        Descriptions that are known and carry no class: their windows stay, unscored.
    channels
        Names of the channels that were asked for; None where the files decide.
    on_bad_recording
        ``raise`` stops at a recording that cannot be used, ``skip`` goes on without it and records why.
    """

    card: Card
    labels: Mapping[str, str]
    ignored: tuple[str, ...]
    on_bad_recording: str
    channels: tuple[str, ...] | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, in the order in which the label map first names them."""
        return tuple(dict.fromkeys(self.labels.values()))

    @property
    @abstractmethod
    def source(self) -> str | None:
        """The folder or address that the data are read from; None where no option names one."""

    @property
    def name(self) -> str:
        """What tables call the data: the name of the option."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def people(self) -> str:
        """Whose recordings these are: in sets of the same people a subject's id means the same person."""
        return type(self).__name__

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change what `read` returns: they are part of a shard's identity."""
        return {}

    def origin(self, recording: Recording) -> tuple["Dataset", Recording]:
        """Return the set whose files a recording is read from, and the recording as that set lists it.

        They differ from this set and its own recording only where several sets are joined.
        """
        return self, recording

    def coverage(self, recordings: Sequence[Recording]) -> str:
        """Say how many subjects and recordings of the complete set these are: "18 of 36 subjects, …"."""
        n_subjects = len({recording.subject for recording in recordings})
        subjects = _share(n_subjects, self.card.n_subjects, "subjects")
        return f"{subjects}, {_share(len(recordings), self.card.n_recordings, 'recordings')}"

    def how_to_join(self, recordings: Sequence[Recording]) -> str:  # noqa: ARG002  most sets say the same of all
        """Say what the user is to do so that some recordings belong to one subject, as the end of a sentence."""
        return "give their files names of one subject"

    @abstractmethod
    def recordings(self) -> list[Recording]:
        """List the recordings, sorted by id; fetch or simulate what is missing first.

        Raises
        ------
        FileNotFoundError
            Where a folder holds nothing of the expected form.
        ValueError
            Where asked-for subjects or sessions do not exist.
        """

    def sidecars(self, recording: Recording) -> tuple[Path, ...]:  # noqa: ARG002  most sets have none
        """Return files, apart from those of signal and labels, that decide what `read` returns.

        They are part of a recording's digest: a channel that is marked bad afterwards has it preprocessed again.
        """
        return ()

    @abstractmethod
    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording in volts, cropped, with its labels as annotations; samples are not loaded yet.

        The first sample kept lies ``raw.first_time`` seconds after the first sample of the file, and
        annotations' onsets are relative to the file's start likewise (MNE's convention for ``crop``).

        Parameters
        ----------
        recording
            One of those listed.
        may_lack_channels
            Whether a recording that lacks some channels, but not all, is opened without them instead of refused.

        Raises
        ------
        BadRecordingError
            Where the file is damaged, lacks a channel, or carries labels that the map does not know.
        MixedRatesError
            Where the channels have several sampling rates; `read_channels` reads those of each rate.
        """

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one recording by name, otherwise as `read` does.

        A dataset whose files hold channels at several rates overrides this: the channels asked for may have another
        rate than those of `read`.

        Raises
        ------
        BadRecordingError
            As `read`, and where a channel is missing.
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
