"""Rest and serial subtraction in 36 students: EEG During Mental Arithmetic Tasks, PhysioNet eegmat.

Conventions
-----------
``SubjectNN_1.edf`` is rest and ``SubjectNN_2.edf`` subtraction; each has one label for the complete file. Every file
ends with about two seconds without signal (the last sample repeated, then zeros, to fill the last data records), which
are cut off. This leaves 60 s of subtraction and in most cases 180 s of rest. The sex and age in the headers contradict
each other and ``subject-info.csv``, which is used instead.
"""

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import mne
import numpy as np

from eegbench.config import Text
from eegbench.dataset.base import BadRecordingError, Card, Dataset
from eegbench.dataset.download import download
from eegbench.dataset.edf import open_edf
from eegbench.dataset.subject_table import age_and_sex, number, read_subjects
from eegbench.types import Fact, Recording

FILES_URL = "https://physionet.org/files/eegmat/1.0.0/"

SUBJECT_INFO = "subject-info.csv"

SUMS = "SHA256SUMS.txt"
"""File with the published checksums."""

RUNS = {"1": "rest", "2": "subtraction"}
"""Condition by the number at the end of a file's name: the description of its only annotation."""

FACTS = {
    "recording_year": "Recording year",
    "n_subtractions": "Number of subtractions",
    "count_quality": "Count quality",
}
"""Columns of facts other than age and sex; count quality is 1 for good and 0 for bad counters."""

PADDING_S = 3.0
"""Seconds at the end of a file in which the end of its signal is searched."""

FROZEN_S = 0.2
"""Duration in seconds without change in any channel that marks the end of the signal; it occurs nowhere else."""

_log = logging.getLogger(__name__)


class MentalArithmetic(Dataset):
    """One recording of rest and one of subtraction for each subject, from a folder or downloaded.

    Parameters
    ----------
    root
        Folder of ``SubjectNN_1.edf``, ``SubjectNN_2.edf`` and ``subject-info.csv``; nothing is downloaded then.
    cache
        Folder for downloads, with the checksums of the first download.
    subjects
        Subject numbers in the names, 0-35; None takes all available ones.
    channels
        Channel names without the prefix ``EEG``, in this order.
    labels, ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.

    References
    ----------
    Zyma et al. 2019, Data 4(1):14, doi:10.3390/data4010014.
    """

    card = Card(
        citation="Zyma, Tukaev, Seleznov, Kiyono, Popov, Chernykh, Shpenkov. Electroencephalograms during mental "
        "arithmetic task performance. Data 4(1):14, 2019. doi:10.3390/data4010014. Goldberger et al. PhysioBank, "
        "PhysioToolkit, and PhysioNet. Circulation 101(23):e215-e220, 2000. doi:10.1161/01.CIR.101.23.e215",
        licence="ODC-By-1.0",
        url="https://physionet.org/content/eegmat/1.0.0/",
        n_subjects=36,
        n_recordings=72,
        pattern="Subject??_[12].edf",
        download_gb=0.2,  # twice the 93 MB of 18 subjects
        sfreq=500.0,
        channels=(
            *("Fp1", "Fp2", "F3", "F4", "F7", "F8", "T3", "T4", "C3", "C4"),
            *("T5", "T6", "P3", "P4", "O1", "O2", "Fz", "Cz", "Pz"),
        ),
    )

    def __init__(
        self,
        *,
        root: Text | None,
        cache: Text,
        subjects: tuple[int, ...] | None,
        channels: tuple[str, ...],
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        if not channels:
            raise ValueError(f"dataset.channels=[]: at least one is expected, say {', '.join(self.card.channels)}.")
        unknown = [run for run in RUNS.values() if run not in labels and run not in ignored]
        if unknown:
            raise ValueError(f"dataset.labels: {unknown[0]} is missing; give it a class, or add it to dataset.ignored.")
        self.root = None if root is None else Path(root).expanduser()
        self.cache = Path(cache).expanduser()
        self.subjects = subjects
        self.channels = channels
        self.labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a recording, in addition to its file."""
        return {"channels": self.channels}

    @property
    def source(self) -> str | None:
        """Folder of the recordings; None if they are downloaded."""
        return None if self.root is None else str(self.root)

    @property
    def download_folder(self) -> Path:
        """Folder of downloads."""
        return self.cache

    def recordings(self) -> list[Recording]:
        """List the recordings; download them first if no root is given."""
        folder = self.root or self._downloaded()
        files = _files(folder)
        there = sorted({int(subject.removeprefix("Subject")) for subject, _ in files})
        wanted = there if self.subjects is None else self.subjects
        missing = [subject for subject in wanted if subject not in there]
        if missing:
            raise ValueError(f"dataset.subjects={missing}: not in {folder}; there are {', '.join(map(str, there))}.")
        chosen = {key: path for key, path in files.items() if int(key[0].removeprefix("Subject")) in wanted}
        _note_singles(chosen)
        facts = _facts(folder / SUBJECT_INFO, sorted({subject for subject, _ in chosen}))
        return [
            Recording(path.stem, subject=subject, session="1", run=RUNS[run], signal=path, facts=facts[subject])
            for (subject, run), path in sorted(chosen.items())
        ]

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one recording up to the end of its signal, with its label."""
        raw = open_edf(recording.signal, channels=self.channels, may_lack_channels=may_lack_channels)
        end_s = signal_end(raw)
        raw.set_annotations(mne.Annotations([0.0], [end_s], [recording.run]), verbose="ERROR")
        if end_s < raw.n_times / raw.info["sfreq"]:
            raw.crop(0.0, end_s, include_tmax=False, verbose="ERROR")
        return raw

    def _downloaded(self) -> Path:
        subjects = range(self.card.n_subjects) if self.subjects is None else self.subjects
        unknown = [subject for subject in subjects if not 0 <= subject < self.card.n_subjects]
        if unknown:
            raise ValueError(f"dataset.subjects={unknown}: the set has subjects 0 to {self.card.n_subjects - 1}.")
        names = [f"Subject{subject:02d}_{run}.edf" for subject in subjects for run in RUNS]
        files = [SUBJECT_INFO, *names]
        download(files, addresses=[FILES_URL], folder=self.cache, check=_check_download, sums=SUMS)
        return self.cache


def signal_end(raw: "mne.io.BaseRaw") -> float:
    """Return the time in seconds at which the padding begins, or the length if there is none.

    The signal ends at the first `FROZEN_S` without change in any channel within the last `PADDING_S`.
    """
    sfreq, n_times = raw.info["sfreq"], raw.n_times
    start = max(0, n_times - round(PADDING_S * sfreq))
    frozen = (np.diff(raw.get_data(start=start, verbose="ERROR"), axis=1) == 0).all(axis=0)
    runs = np.flatnonzero(np.diff(np.concatenate([[False], frozen, [False]]).astype(int))).reshape(-1, 2)
    long = runs[np.diff(runs, axis=1)[:, 0] >= FROZEN_S * sfreq]
    return float((start + long[0, 0] + 1 if len(long) else n_times) / sfreq)  # + 1 for the repeated sample


def _files(folder: Path) -> dict[tuple[str, str], Path]:
    """Return the recordings in a folder by subject and run."""
    if not folder.is_dir():
        raise FileNotFoundError(f"dataset.root={folder}: there is no such folder; one of SubjectNN_1.edf is expected.")
    matches = ((re.fullmatch(r"(Subject\d\d)_([12])\.edf", path.name), path) for path in sorted(folder.iterdir()))
    found = {(match[1], match[2]): path for match, path in matches if match}
    if not found:
        raise FileNotFoundError(
            f"dataset.root={folder}: no SubjectNN_1.edf or SubjectNN_2.edf in it; "
            "put them there, or leave dataset.root=null to download."
        )
    return found


def _note_singles(files: Mapping[tuple[str, str], Path]) -> None:
    for subject, run in files:
        if len({other for name, other in files if name == subject}) == 1:
            _log.info("%s has only %s, its other recording is not in the folder.", subject, RUNS[run])


def _facts(path: Path, subjects: list[str]) -> dict[str, dict[str, Fact]]:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: is missing; it comes with the recordings, from {FILES_URL}{path.name}.")
    rows = read_subjects(path, key="Subject", columns=("Age", "Gender", *FACTS.values()))
    missing = [subject for subject in subjects if subject not in rows]
    if missing:
        raise ValueError(f"{path}: has no row for {', '.join(missing)}; add one, or choose others by dataset.subjects.")
    return {subject: _facts_of(path, subject, rows[subject]) for subject in subjects}


def _facts_of(path: Path, subject: str, row: Mapping[str, str]) -> dict[str, Fact]:
    more = {name: number(path, subject, column, row[column]) for name, column in FACTS.items()}
    return {**age_and_sex(path, subject, row["Age"], row["Gender"]), **more}


def _check_download(path: Path) -> None:
    if path.suffix == ".edf":
        open_edf(path, channels=None)
    elif not path.read_bytes().startswith(b"Subject,"):
        raise BadRecordingError(f"{path}: does not begin with the column Subject; the server may have sent a web page.")
