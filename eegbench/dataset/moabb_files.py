"""Conversion of recordings of MOABB to FIF, once per subject, with labels as annotations.

Conventions
-----------
Each dataset has a folder with ``set.json``, its facts according to MOABB, and for each subject a folder of
``ses-SESSION_run-RUN_eeg.fif``, in volts and single precision. An annotation is an event with its name in MOABB, over
the dataset's interval after the cue, which is what MOABB's own pipelines cut.
"""

import difflib
import logging
import os
import shutil
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eegbench.atomic import write_json
from eegbench.config import parse_json
from eegbench.dataset.base import BadRecordingError
from eegbench.types import Recording

FACTS = "set.json"

INSTALL = "dataset=moabb needs the package moabb, which is not installed; type: pip install 'eegbench[moabb]'"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Facts:
    """Facts of a dataset according to MOABB.

    Attributes
    ----------
    code, paradigm, doi, licence
        Its code; ``imagery``, ``p300``, ``ssvep`` or another paradigm; DOI and licence, empty if unknown.
    events
        Names of the events, in the order of their codes.
    interval_s
        Start and end of a trial in seconds after its cue.
    subjects
        Numbers of all subjects.
    moabb
        Version of MOABB that read the dataset.
    """

    code: str
    paradigm: str
    doi: str
    licence: str
    events: tuple[str, ...]
    interval_s: tuple[float, float]
    subjects: tuple[int, ...]
    moabb: str


class Source:
    """A dataset of MOABB: its facts, and its recordings as files. MOABB is imported only if a file is missing.

    Parameters
    ----------
    name
        Name of a class in ``moabb.datasets``.
    options
        Arguments of its constructor.
    folder
        Folder for the files.
    """

    def __init__(self, name: str, options: Mapping[str, Any], folder: Path) -> None:
        self.name = name
        self.options = options
        self.folder = folder

    def facts(self) -> Facts:
        """Return the facts of the dataset.

        Raises
        ------
        ValueError
            If MOABB is not installed, or has no such dataset.
        """
        path = self.folder / FACTS
        if not path.is_file():
            write_json(path, asdict(_facts(self._made())))
        found = parse_json(path.read_text(encoding="utf-8"))
        lists = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
        return Facts(**{**found, **lists})

    def recordings(self, subjects: Sequence[int]) -> list[Recording]:
        """List the recordings of subjects, sorted by id; missing ones are read with MOABB and written first.

        Raises
        ------
        FileNotFoundError
            If MOABB cannot download them.
        BadRecordingError
            If MOABB returns none.
        """
        missing = [subject for subject in subjects if not self._of(subject).is_dir()]
        if missing:
            self._write(missing)
        found = [_recording(path, subject) for subject in subjects for path in _first_files(self._of(subject))]
        return sorted(found, key=lambda one: one.id)

    def _of(self, subject: int) -> Path:
        return self.folder / f"sub-{subject}"

    def _write(self, subjects: Sequence[int]) -> None:
        made = self._made()
        _log.info(
            "%s: MOABB reads %d subjects, and downloads what is missing to MNE's folder of data (~/mne_data, or "
            "MNE_DATA); copies as FIF are kept in %s.",
            *(self.name, len(subjects), self.folder),
        )
        for subject in subjects:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    runs = made.get_data([subject])[subject]
            except (OSError, RuntimeError, ValueError, LookupError) as error:  # raised by requests and MOABB
                reason = " ".join(str(error).split())[:200]
                raise FileNotFoundError(
                    f"dataset.name={self.name}: MOABB could not fetch or read subject {subject} ({reason}); try again "
                    "with a network, or copy the folder ~/mne_data of a machine that has the set (moabb.datasets."
                    f"{self.name}().download() fetches it), or choose others by dataset.subjects."
                ) from error
            self._save(subject, runs)

    def _save(self, subject: int, runs: Mapping[str, Mapping[str, Any]]) -> None:
        """Write the recordings of a subject to a temporary folder, and rename it when it is complete."""
        aside = self.folder / f".sub-{subject}.{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        for session, several in runs.items():
            for run, raw in several.items():
                raw.save(aside / f"ses-{session}_run-{run}_eeg.fif", fmt="single", verbose="ERROR")
        if not any(aside.iterdir()):
            raise BadRecordingError(f"dataset.name={self.name}: subject {subject} has no recording in MOABB.")
        try:
            aside.rename(self._of(subject))
        except OSError:  # another process was faster
            shutil.rmtree(aside)

    def _made(self) -> Any:
        """Return the dataset as a MOABB object."""
        datasets = _moabb()
        kind = getattr(datasets, self.name, None)
        if not (isinstance(kind, type) and issubclass(kind, datasets.base.BaseDataset)):
            names = [name for name in dir(datasets) if isinstance(getattr(datasets, name), type)]
            close = difflib.get_close_matches(self.name, names, n=3, cutoff=0.4)
            raise ValueError(
                f"dataset.name={self.name}: moabb.datasets has no such set; did you mean "
                f"{', '.join(close) or 'BNCI2014_001'}? All: https://moabb.neurotechx.com/docs/dataset_summary.html"
            )
        try:
            return kind(**self.options)
        except (TypeError, ValueError) as error:
            raise ValueError(f"dataset.options={dict(self.options)}: {self.name} refuses them ({error}).") from error


def _facts(made: Any) -> Facts:
    said = getattr(made.metadata, "documentation", None)
    import moabb

    return Facts(
        code=made.code,
        paradigm=made.paradigm,
        doi=made.doi or "",
        licence=getattr(said, "license", None) or "",
        events=tuple(made.event_id),
        interval_s=(float(made.interval[0]), float(made.interval[1])),
        subjects=tuple(int(one) for one in made.all_subjects),
        moabb=moabb.__version__,
    )


def _first_files(folder: Path) -> list[Path]:
    """Return the files of a subject, without the further parts of files above 2 GB (``…_eeg-1.fif``)."""
    return sorted(folder.glob("ses-*_run-*_eeg.fif"))


def _recording(path: Path, subject: int) -> Recording:
    session, _, run = path.name.removesuffix("_eeg.fif").removeprefix("ses-").partition("_run-")
    name = f"sub-{subject}_ses-{session}_run-{run}"
    return Recording(id=name, subject=str(subject), session=session, run=run, signal=path)


def _moabb() -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import moabb.datasets
    except ImportError as error:
        raise ValueError(INSTALL) from error
    return moabb.datasets
