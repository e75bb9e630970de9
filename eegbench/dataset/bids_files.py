"""Files of a BIDS dataset, found with mne-bids: its recordings, and the tables of each."""

import configparser
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mne
from scipy.io.matlab import MatReadError

from eegbench.config import parse_json
from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.edf_content import check_content
from eegbench.dataset.edf_header import read_header
from eegbench.dataset.electrodes import keep_or_set_positions

EXTENSIONS = (".vhdr", ".edf", ".bdf", ".set")
"""EEG formats allowed by BIDS."""

MNE_ERRORS = (
    *(ValueError, RuntimeError, OSError, LookupError, TypeError, AttributeError, AssertionError),
    ArithmeticError,
    *(ImportError, configparser.Error, MatReadError),
)
"""Exceptions observed when reading damaged files or inconsistent datasets."""

RATE_TOLERANCE = 1e-3
SHORTER_S = 1.0
"""Tolerance in seconds for the duration in ``eeg.json``: programs differ by a sample, or round to seconds."""


def find_recordings(root: Path) -> list[Any]:
    """Return a ``mne_bids.BIDSPath`` for each EEG recording of each subject, sorted by name.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist, or contains no recording.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"dataset.root={root}: there is no such folder; the root of a BIDS tree is expected.")
    files = {*root.glob("sub-*/eeg/*_eeg.*"), *root.glob("sub-*/ses-*/eeg/*_eeg.*")}  # includes broken links
    found = [path_of(file, root) for file in sorted(files) if file.suffix.lower() in EXTENSIONS]
    if not found:
        raise FileNotFoundError(
            f"dataset.root={root}: holds no sub-NAME/[ses-NAME/]eeg/…_task-NAME_…eeg with one of "
            f"{', '.join(EXTENSIONS)}; set the folder which contains dataset_description.json."
        )
    return found


def of_names(paths: Sequence[Any], entity: str, wanted: Sequence[str | int] | None) -> list[Any]:
    """Return the recordings of some subjects or sessions.

    Raises
    ------
    ValueError
        If one of them has no recording.
    """
    if wanted is None:
        return list(paths)
    there = {getattr(path, entity) for path in paths} - {None}
    names = [str(name) for name in wanted]
    missing = [name for name in names if name not in there]
    if missing or not names:
        raise ValueError(
            f"dataset.{entity}s={names}: {', '.join(missing) or 'none'} not in the tree; there are "
            f'{listed(sorted(there))}. Write names that begin with 0 in quotes, ["01"].'
        )
    return [path for path in paths if getattr(path, entity) in names]


def path_of(file: Path, root: Path) -> Any:
    """Return the ``mne_bids.BIDSPath`` of a recording's file.

    Raises
    ------
    BadRecordingError
        If its name does not follow BIDS.
    """
    try:
        path = _mne_bids().get_bids_path_from_fname(file, check=False, verbose="ERROR").update(root=root)
    except (ValueError, KeyError, RuntimeError) as error:
        raise BadRecordingError(
            f"{file}: is no name of BIDS ({error}); rename it, or move it out of the tree."
        ) from error
    if not (path.subject and path.task):
        raise BadRecordingError(f"{file}: sub-NAME_[ses-NAME_]task-NAME_…eeg is expected; rename it.")
    return path


def sidecar(path: Any, suffix: str, extension: str) -> Path | None:
    """Return the table of a recording: next to it, or in a parent folder if it applies to several recordings.

    A table whose name has an entity that the recording lacks (such as another run) belongs to another recording.
    """
    try:
        found = path.find_matching_sidecar(suffix=suffix, extension=extension, on_error="ignore")
    except (ValueError, KeyError) as error:
        raise BadRecordingError(f"{path.fpath}: a file near it has no name of BIDS ({error}); rename it.") from error
    if found is None:
        return None
    entities = _mne_bids().get_entities_from_fname(found, on_error="ignore")
    own = {**path.entities, "suffix": suffix}
    place = ("electrodes", "coordsystem")  # these may differ by coordinate space
    names = [
        name for name, value in entities.items() if value is not None and not (name == "space" and suffix in place)
    ]
    return Path(found) if all(entities[name] == own.get(name) for name in names) else None


def open_signal(path: Any) -> "mne.io.BaseRaw":
    """Open a recording in volts, with electrode positions, without loading its samples.

    Positions are those in ``electrodes.tsv``, or otherwise those of the channels' names in the 10-05 system.

    Raises
    ------
    BadRecordingError
        If it cannot be read, or contradicts its ``eeg.json``.
    """
    file = path.fpath
    if not file.exists():
        raise BadRecordingError(f"{file}: {absent(file)}")
    if file.suffix.lower() in (".edf", ".bdf"):
        check_content(read_header(file))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the relevant properties are checked below
            raw = _mne_bids().read_raw_bids(path, verbose="ERROR")
    except MNE_ERRORS as error:
        reason = " ".join(str(error).split())[:300]
        raise BadRecordingError(
            f"{file}: mne-bids cannot read it ({reason}); mend the tree, or set dataset.on_bad_recording=skip."
        ) from error
    _check_samples(file, raw)
    _check_description(file, raw, read_json(sidecar(path, "eeg", ".json")))
    return keep_or_set_positions(raw)


def absent(file: Path) -> str:
    """Return the reason for which a file is missing, and what to do."""
    if file.is_symlink():
        return "is a link to a file that is not there; fetch it (datalad get, git annex get)."
    return "is not there; restore it, or choose others by dataset.subjects."


def no_volts(file: Path) -> set[str]:
    """Return the channels of a BrainVision file whose unit is not a voltage: MNE does not scale them."""
    if file.suffix != ".vhdr":
        return set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = mne.io.read_raw_brainvision(file, preload=False, verbose="ERROR")
    return {name for name, kind in zip(raw.ch_names, raw.get_channel_types(), strict=True) if kind == "misc"}


def _check_samples(file: Path, raw: "mne.io.BaseRaw") -> None:
    """Raise an error for a header that names another recording's samples, as after copying and renaming it."""
    names = [Path(name).name for name in raw.filenames if name is not None]
    other = [name for name in names if Path(name).stem != file.stem]
    if file.suffix == ".vhdr" and other:
        raise BadRecordingError(
            f"{file}: its header names the samples of {other[0]}; {file.stem}.eeg is expected. Correct DataFile= in it."
        )


def _check_description(file: Path, raw: "mne.io.BaseRaw", said: dict[str, Any]) -> None:
    """Compare sampling rate and duration with those in ``eeg.json``."""
    sfreq, duration_s = float(raw.info["sfreq"]), raw.n_times / float(raw.info["sfreq"])
    rates = _rates(file) or {sfreq}
    rate, length_s = said.get("SamplingFrequency"), said.get("RecordingDuration")
    if isinstance(rate, int | float) and all(abs(rate - one) > RATE_TOLERANCE * one for one in rates):
        raise BadRecordingError(
            f"{file}: is sampled at {sfreq:g} Hz, and its eeg.json says SamplingFrequency {rate:g} Hz; correct either."
        )
    if isinstance(length_s, int | float) and duration_s < length_s - SHORTER_S:
        raise BadRecordingError(
            f"{file}: holds {duration_s:g} s, and its eeg.json says RecordingDuration {length_s:g} s: it is cut short. "
            "Copy it again, or correct eeg.json."
        )


def _rates(file: Path) -> set[float]:
    """Return the sampling rates in an EDF or BDF file; mne-bids reports only the highest."""
    if file.suffix.lower() not in (".edf", ".bdf"):
        return set()
    header = read_header(file)
    return {header.sfreq(signal) for signal in header.signals if signal not in header.annotations}


def read_json(path: Path | None) -> dict[str, Any]:
    """Return the mapping in a JSON file; empty if there is no file, or it cannot be read."""
    try:
        found = {} if path is None else parse_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def listed(names: Sequence[str], most: int = 20) -> str:
    """Join names for an error message, and abbreviate long lists."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _mne_bids() -> Any:
    try:
        import mne_bids
    except ImportError as error:
        raise ValueError(
            "dataset=bids needs the package mne-bids, which is not installed; type: pip install 'eegbench[bids]'"
        ) from error
    return mne_bids
