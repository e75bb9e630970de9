"""Base class of DOD-H and DOD-O: nights in HDF5, from a folder or downloaded, each of another subject.

Conventions
-----------
A file is a recording from lights off to lights on, with the consensus of five scorers as its hypnogram. Age and sex are
not published; a table ``subjects.csv`` in the folder may have them.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import mne

from eegbench.config import Text
from eegbench.dataset.base import Card, Dataset
from eegbench.dataset.content import named
from eegbench.dataset.download import download
from eegbench.dataset.h5_file import signals_of
from eegbench.dataset.h5_night import H5Reader
from eegbench.dataset.signal_list import list_recordings
from eegbench.types import Recording

CITATION = (
    "Guillot, Sauvet, During, Thorey. Dreem Open Datasets: multi-scored sleep datasets to compare human and automated "
    "sleep staging. IEEE Trans. Neural Syst. Rehabil. Eng. 28:1955-1965, 2020. doi:10.1109/TNSRE.2020.3011181"
)

ENDING = ".h5"

_log = logging.getLogger(__name__)


def dod_card(n_subjects: int, channels: tuple[str, ...]) -> Card:
    """Return the facts of a dataset with one recording per subject."""
    return Card(
        citation=CITATION,
        licence="MIT",
        url="https://github.com/Dreem-Organization/dreem-learning-open",
        n_subjects=n_subjects,
        n_recordings=n_subjects,
        pattern=f"*{ENDING}",
        sfreq=250.0,
        channels=channels,
    )


class DreemOpen(Dataset):
    """One of the two datasets.

    Parameters
    ----------
    root
        Folder of ``RECORD.h5``; nothing is downloaded then.
    addresses
        Addresses of the files, tried in order, with ``{name}`` in place of ``RECORD.h5``.
    cache
        Folder for downloads, with the checksums of the first download.
    records
        Beginnings of the names of recordings; None takes all.
    channels
        Channel names, in this order.
    hypnograms
        Folder of lists ``RECORD.json`` of stages, or of the consensus written by ``eegbench consensus``; None uses the
        hypnograms in the files.
    labels, ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.

    Attributes
    ----------
    published
        Names of all published recordings.
    """

    published: tuple[str, ...]
    channels: tuple[str, ...]

    def __init__(  # noqa: PLR0913  options are flat for typing
        self,
        *,
        root: Text | None,
        addresses: tuple[str, ...],
        cache: Text,
        records: tuple[str, ...] | None,
        channels: tuple[str, ...],
        hypnograms: Text | None,
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        if not channels:
            raise ValueError(f"dataset.channels=[]: at least one is expected, say {', '.join(self.card.channels)}.")
        self.root = None if root is None else Path(root).expanduser()
        self.addresses = addresses
        self.cache = Path(cache).expanduser()
        self.records = records
        self.channels = channels
        self.labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording
        lists = None if hypnograms is None else Path(hypnograms).expanduser()
        self._reader = H5Reader(labels=labels, ignored=ignored, hypnograms=lists)

    @property
    def source(self) -> str | None:
        """Folder of the recordings; None if they are downloaded."""
        return None if self.root is None else str(self.root)

    @property
    def download_folder(self) -> Path:
        """Folder of downloads."""
        return self.cache

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a recording, in addition to its files."""
        return {"channels": self.channels, **self._reader.settings}

    def recordings(self) -> list[Recording]:
        """List the recordings; download them first if no root is given."""
        folder = self._downloaded() if self.root is None else self.root
        _check_flat(folder)
        found = list_recordings(folder, f"*{ENDING}", subject="file", labels=None, endings=(ENDING,))
        strangers = [one.id for one in found if one.id not in self.published]
        if strangers:
            _log.info("%d files are not recordings of %s: %s.", len(strangers), self.name, named(strangers))
        chosen = self._chosen([one.id for one in found])
        return self._reader.with_lists([one for one in found if one.id in chosen])

    def coverage(self, recordings: Sequence[Recording]) -> str:
        """Return the share of the dataset, or only the counts if some files are not part of it."""
        if all(one.id in self.published for one in recordings):
            return super().coverage(recordings)
        n = len(recordings)
        return f"{n} subject{'s' * (n != 1)}, {n} recording{'s' * (n != 1)}"

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording with its stages."""
        return self._reader.read(recording, self.channels, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one recording with its stages."""
        return self._reader.read(recording, channels, may_lack_channels=may_lack_channels)

    def _chosen(self, there: Sequence[str]) -> set[str]:
        """Return the names that begin with one of ``records``."""
        if self.records is None:
            return set(there)
        missing = [begin for begin in self.records if not any(name.startswith(begin) for name in there)]
        if missing or not self.records:
            raise ValueError(f"dataset.records={missing}: no such record; there are {', '.join(there)}.")
        return {name for name in there if name.startswith(self.records)}

    def _downloaded(self) -> Path:
        names = sorted(f"{name}{ENDING}" for name in self._chosen(self.published))
        download(names, addresses=self.addresses, folder=self.cache, check=_check_download)
        return self.cache


def _check_flat(folder: Path) -> None:
    """Raise an error for a folder that contains recordings only in its subfolders."""
    if folder.is_dir() and not any(path.suffix.lower() == ENDING for path in folder.iterdir()):
        deeper = sorted({path.parent for path in folder.rglob(f"*{ENDING}")})
        hint = f"set dataset.root={deeper[0]}" if deeper else "put them there, or leave dataset.root=null to download"
        raise FileNotFoundError(f"dataset.root={folder}: no *{ENDING} in it; {hint}.")


def _check_download(path: Path) -> None:
    signals_of(path, None, may_lack_channels=False)
