"""Polysomnographies in HDF5 with the layout of the Dreem Open Datasets, with or without sleep stages."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import mne

from eegbench.config import NotNegative, Text
from eegbench.dataset.base import Card
from eegbench.dataset.content import H5_ENDINGS
from eegbench.dataset.folder import FolderDataset
from eegbench.dataset.h5_night import H5Reader, form_of_h5
from eegbench.dataset.signal_list import list_recordings
from eegbench.dataset.subjects_file import rows_to_write
from eegbench.types import Recording


class H5Psg(FolderDataset):
    """Recordings of a folder, one file each, with signals and, if scored, sleep stages.

    Parameters
    ----------
    root
        Folder of the recordings.
    pattern
        Glob pattern of the recordings; their names end in .h5 or .hdf5.
    subject
        Rule for the subject of a recording, see `eegbench.dataset.recordings.Recordings`.
    channels
        Channel names, in this order; None takes all signals, which must then be in volts.
    hypnograms
        Folder of lists ``RECORDING.json`` of stages, or of the consensus written by ``eegbench consensus``; None uses
        the stages in the files.
    zeros_are_unlabelled
        Whether a recording whose stages are all 0 is unscored; otherwise it is wake.
    crop_wake_min
        Minutes of wake to keep before and after sleep; None keeps all.
    wake
        Class of wake, needed for cropping.
    labels, ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.

    References
    ----------
    Guillot et al. 2020, IEEE Trans. Neural Syst. Rehabil. Eng. 28:1955, doi:10.1109/TNSRE.2020.3011181.
    """

    def __init__(  # noqa: PLR0913  options are flat for typing
        self,
        *,
        root: Text | None,
        pattern: Text,
        subject: Text | None,
        channels: tuple[str, ...] | None,
        hypnograms: Text | None,
        zeros_are_unlabelled: bool,
        crop_wake_min: NotNegative | None,
        wake: Text,
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        if channels == ():
            raise ValueError("dataset.channels=[]: at least one is expected, or null for all.")
        if crop_wake_min is not None and (crop_wake_min < 0 or wake not in labels.values()):
            raise ValueError(
                f"dataset.crop_wake_min={crop_wake_min:g}, dataset.wake={wake}: 0 or more minutes are expected, and "
                f"the class that is not sleep, of {', '.join(dict.fromkeys(labels.values()))}."
            )
        self.root = None if root is None else Path(root).expanduser()
        self.pattern = pattern
        self.subject = subject
        self.channels = channels
        self.labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording
        self._reader = H5Reader(
            labels=labels,
            ignored=ignored,
            hypnograms=None if hypnograms is None else Path(hypnograms).expanduser(),
            zeros_are_unlabelled=zeros_are_unlabelled,
            crop_wake_min=crop_wake_min,
            wake=wake,
        )

    @cached_property
    def card(self) -> Card:  # type: ignore[override]  # depends on the files
        """Facts of the folder; channels and the highest rate are those of the first readable recording."""
        found = self.found()
        rate, channels = form_of_h5(found, self.channels)
        return Card(
            citation="Own recordings, in the layout of Guillot, Sauvet, During, Thorey. Dreem Open Datasets. IEEE "
            "Trans. Neural Syst. Rehabil. Eng. 28:1955-1965, 2020. doi:10.1109/TNSRE.2020.3011181",
            licence="not stated",
            url="docs/dod.md",
            n_subjects=len({one.subject for one in found}),
            n_recordings=len(found),
            sfreq=rate,
            channels=channels,
        )

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a recording, in addition to its files."""
        return {"channels": self.channels, **self._reader.settings}

    def recordings(self) -> list[Recording]:
        """List the recordings; see `eegbench.dataset.signal_list.list_recordings`."""
        if self.root is None:
            raise FileNotFoundError("dataset.root=null: a folder of recordings is expected; type dataset.root=FOLDER.")
        found = list_recordings(self.root, self.pattern, subject=self.subject, labels=None, endings=H5_ENDINGS)
        return self._reader.with_lists(found)

    def how_to_join(self, recordings: Sequence[Recording]) -> str:
        """Return the rows to add to the table of subjects."""
        if self.root is None:
            return super().how_to_join(recordings)
        return rows_to_write(self.root, recordings, rule=self.subject)

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording with its stages."""
        return self._reader.read(recording, self.channels, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one recording, possibly with another rate than those of `read`."""
        return self._reader.read(recording, channels, may_lack_channels=may_lack_channels)
