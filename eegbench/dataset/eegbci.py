"""Executed and imagined movements of fists and feet by 109 people: EEG Motor Movement/Imagery, PhysioNet eegmmidb.

Conventions
-----------
``S001R04.edf`` is subject 1, run 4. Each mark in a file is replaced by its meaning in that run (see
`eegbench.dataset.eegbci_runs`); the baseline runs have one mark for all of their signal. Zeros that pad the last data
record are after the last mark. Three subjects were recorded at 128 Hz, the others at 160 Hz.
"""

import difflib
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import mne

from eegbench.config import Text
from eegbench.dataset.base import BadRecordingError, Card, Dataset
from eegbench.dataset.edf import open_edf
from eegbench.dataset.edf_header import read_header
from eegbench.dataset.eegbci_files import URL, Runs, fetch_runs, find_runs, sampling_rate
from eegbench.dataset.eegbci_runs import KINDS, descriptions, marks, numbers
from eegbench.dataset.overlaps import without_overlaps
from eegbench.types import Recording

OTHER_RATE = (88, 92, 100)
"""Subjects recorded at 128 Hz, used before files are downloaded; for existing files the headers are used."""

_log = logging.getLogger(__name__)


class Eegbci(Dataset):
    """One recording per run, from a folder or downloaded by MNE.

    Parameters
    ----------
    root
        Folder of ``S001R04.edf``, or of folders such as ``S001`` with these files; nothing is downloaded then.
    cache
        Folder for MNE's downloads.
    subjects
        Subject numbers in the names, 1-109; None takes all available ones.
    runs
        Conditions: ``eyes_open`` (run 1), ``eyes_closed`` (2), ``fists_moved`` (3, 7, 11), ``fists_imagined``
        (4, 8, 12), ``fists_feet_moved`` (5, 9, 13), ``fists_feet_imagined`` (6, 10, 14).
    other_rate
        Whether subjects not recorded at 160 Hz are resampled when read (``resample``), or left out (``leave_out``).
    labels
        Class names by meaning of the marks; meanings that do not occur in the chosen runs are ignored.
    ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.

    References
    ----------
    Schalk et al. 2004, IEEE Trans. Biomed. Eng. 51(6):1034, doi:10.1109/TBME.2004.827072.
    """

    card = Card(
        citation="Schalk, McFarland, Hinterberger, Birbaumer, Wolpaw. BCI2000: a general-purpose brain-computer "
        "interface (BCI) system. IEEE Trans. Biomed. Eng. 51(6):1034-1043, 2004. doi:10.1109/TBME.2004.827072. "
        "Goldberger et al. PhysioBank, PhysioToolkit, and PhysioNet. Circulation 101(23):e215-e220, 2000. "
        "doi:10.1161/01.CIR.101.23.e215",
        licence="ODC-By-1.0",
        url=URL,
        n_subjects=109,
        n_recordings=1526,
        pattern="S*R*.edf",
        download_gb=3.5,  # all runs: 109 times the 34 MB of S001
        sfreq=160.0,
        channels=(
            *("FC5", "FC3", "FC1", "FCz", "FC2", "FC4", "FC6", "C5", "C3", "C1", "Cz", "C2", "C4", "C6"),
            *("CP5", "CP3", "CP1", "CPz", "CP2", "CP4", "CP6", "Fp1", "Fpz", "Fp2", "AF7", "AF3", "AFz", "AF4", "AF8"),
            *("F7", "F5", "F3", "F1", "Fz", "F2", "F4", "F6", "F8", "FT7", "FT8", "T7", "T8", "T9", "T10", "TP7"),
            *("TP8", "P7", "P5", "P3", "P1", "Pz", "P2", "P4", "P6", "P8", "PO7", "PO3", "POz", "PO4", "PO8"),
            *("O1", "Oz", "O2", "Iz"),
        ),
    )

    def __init__(
        self,
        *,
        root: Text | None,
        cache: Text,
        subjects: tuple[int, ...] | None,
        runs: tuple[str, ...],
        other_rate: Literal["resample", "leave_out"],
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        _check_choice(subjects, runs)
        possible = descriptions(runs)
        _check_labels(possible, labels, ignored)
        self.root = None if root is None else Path(root).expanduser()
        self.cache = Path(cache).expanduser()
        self.subjects = subjects
        self.runs = runs
        self.other_rate = other_rate
        self.labels = {meaning: name for meaning, name in labels.items() if meaning in possible}
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording
        self._told: set[str] = set()

    @property
    def source(self) -> str | None:
        """Folder of the recordings; None if they are downloaded."""
        return None if self.root is None else str(self.root)

    @property
    def download_folder(self) -> Path:
        """Folder of MNE's downloads."""
        return self.cache

    def recordings(self) -> list[Recording]:
        """List the runs; download them first if no root is given."""
        files = self._fetched() if self.root is None else self._found(self.root)
        self._note_missing(files)
        return [
            Recording(f"S{subject:03d}R{run:02d}", subject=f"{subject:03d}", session="1", run=f"{run:02d}", signal=path)
            for (subject, run), path in sorted(self._of_usable_rate(files).items())
        ]

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one run at 160 Hz, with electrode positions, and the meanings of its marks as annotations."""
        raw = self._open(recording.signal, may_lack_channels=may_lack_channels)
        raw.set_annotations(self._annotations(recording, raw.annotations), verbose="ERROR")
        if raw.info["sfreq"] != self.card.sfreq:
            raw.load_data(verbose="ERROR").resample(self.card.sfreq, verbose="ERROR")
        return raw

    def _found(self, root: Path) -> Runs:
        """Return the requested files in a folder."""
        there, runs = find_runs(root), numbers(self.runs)
        files = {key: path for key, path in there.items() if key[1] in runs}
        if not files:
            raise ValueError(
                f"dataset.runs={list(self.runs)}: these are runs {_listed(runs)}, and {root} holds only "
                f"{_listed({run for _, run in there})}; choose others."
            )
        subjects = {subject for subject, _ in files}
        missing = [subject for subject in self.subjects or () if subject not in subjects]
        if missing:
            raise ValueError(
                f"dataset.subjects={missing}: have no run {_listed(runs)} in {root}; there are {_listed(subjects)}."
            )
        return {key: path for key, path in files.items() if self.subjects is None or key[0] in self.subjects}

    def _fetched(self) -> Runs:
        subjects = self.subjects or tuple(range(1, self.card.n_subjects + 1))
        if self.subjects is None and self.other_rate == "leave_out":
            _log.info("Subjects %s were recorded at 128 Hz: not fetched (dataset.other_rate).", _listed(OTHER_RATE))
            subjects = tuple(subject for subject in subjects if subject not in OTHER_RATE)
        return fetch_runs(self.cache, subjects, numbers(self.runs))

    def _note_missing(self, files: Runs) -> None:
        expected = numbers(self.runs)
        for subject in sorted({subject for subject, _ in files}):
            missing = [run for run in expected if (subject, run) not in files]
            if missing:
                _log.info("S%03d lacks run %s: not in the folder.", subject, _listed(missing))

    def _of_usable_rate(self, files: Runs) -> Runs:
        """Leave out subjects with another rate if requested; log their numbers in either case."""
        rates = {key: sampling_rate(path) for key, path in files.items()}
        other = {subject for (subject, _), rate in rates.items() if rate not in (None, self.card.sfreq)}
        if not other:
            return files
        done = {"leave_out": "left out", "resample": "resampled"}[self.other_rate]
        _log.info("Not recorded at %g Hz: subjects %s; %s.", self.card.sfreq, _listed(other), done)
        if self.other_rate == "resample":
            return files
        kept = {key: path for key, path in files.items() if key[0] not in other}
        if not kept:
            raise ValueError(
                f"dataset.other_rate=leave_out leaves no subject: {_listed(other)} were not recorded at "
                f"{self.card.sfreq:g} Hz; set dataset.other_rate=resample, or choose other dataset.subjects."
            )
        return kept

    def _open(self, path: Path, *, may_lack_channels: bool) -> "mne.io.BaseRaw":
        """Open the card's channels with its names."""
        labels = {standard_name(signal.label): signal.label for signal in read_header(path).signals}
        missing = [name for name in self.card.channels if name not in labels]
        there = [name for name in self.card.channels if name in labels]
        if not there or (missing and not may_lack_channels):
            raise BadRecordingError(
                f"{path}: has no channel {', '.join(missing)}; the {len(self.card.channels)} of EEGBCI are expected, "
                "so download it again, leave it out, or set preprocessing.signal.missing_channels=mark."
            )
        raw = open_edf(path, channels=[labels[name] for name in there])
        raw.rename_channels({labels[name]: name for name in there}, verbose="ERROR")
        return raw

    def _annotations(self, recording: Recording, found: "mne.Annotations") -> "mne.Annotations":
        meanings = marks(int(recording.run))
        unknown = [mark for mark in found.description if mark not in meanings]
        if unknown or not len(found):
            raise BadRecordingError(
                f"{recording.signal}: {f'has the mark {unknown[0]!r}' if unknown else 'has no marks'}, and in run "
                f"{recording.run} {', '.join(meanings)} are expected; download it again, or leave it out."
            )
        annotations, n_cut = without_overlaps(found)
        annotations.rename(dict(meanings), verbose="ERROR")
        if n_cut and recording.id not in self._told:  # a recording is read more than once
            self._told.add(recording.id)
            _log.info("%s: %d overlapping annotations cut.", recording.id, n_cut)
        return annotations


def standard_name(label: str) -> str:
    """Return the 10-10 electrode name for a label in these files: FCz for ``Fcz.``."""
    name = label.strip(".").upper()
    name = f"{name[:-1]}z" if name.endswith("Z") else name
    return f"Fp{name[2:]}" if name.startswith("FP") else name


def _check_choice(subjects: tuple[int, ...] | None, runs: tuple[str, ...]) -> None:
    n_subjects = Eegbci.card.n_subjects
    unknown = [subject for subject in subjects or () if not 1 <= subject <= n_subjects]
    if unknown or subjects == ():
        raise ValueError(f"dataset.subjects={unknown}: the set has subjects 1 to {n_subjects}; name some, or null.")
    strange = [run for run in runs if run not in KINDS]
    if strange or not runs:
        raise ValueError(f"dataset.runs={strange}: there is no such kind of run; choose from {', '.join(KINDS)}.")


def _check_labels(possible: Iterable[str], labels: Mapping[str, str], ignored: tuple[str, ...]) -> None:
    known = descriptions(KINDS)
    strange = [name for name in (*labels, *ignored) if name not in known]
    if strange:
        near = difflib.get_close_matches(strange[0], known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ValueError(f"dataset.labels: {strange[0]} is nothing in EEGBCI; {hint}There are {', '.join(known)}.")
    missing = [name for name in possible if name not in labels and name not in ignored]
    if missing:
        raise ValueError(
            f"dataset.labels: {missing[0]} is missing, and dataset.runs has it; give it a class, "
            "or add it to dataset.ignored."
        )


def _listed(many: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(many)))
