"""Finds the files of EEGBCI in a folder, or has MNE fetch them; a file's name says whose run it is."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.edf_header import ANNOTATIONS, read_header
from eegbench.progress import bar

URL = "https://physionet.org/content/eegmmidb/1.0.0/"

Runs = dict[tuple[int, int], Path]
"""Files by subject and run."""


def find_runs(root: Path) -> Runs:
    """Find the runs that lie in a folder or in its subfolders, one a subject.

    Raises
    ------
    FileNotFoundError
        Where there is no such folder, or no run in it.
    ValueError
        Where two files stand for one run.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"dataset.root={root}: there is no such folder; one of S001R04.edf is expected.")
    found = _by_number([*root.glob("S*/S*.edf"), *root.glob("S*.edf")])
    if not found:
        raise FileNotFoundError(
            f"dataset.root={root}: no S001R04.edf and the like in it or in subfolders such as S001; "
            "put them there, or leave dataset.root=null to download."
        )
    return found


def fetch_runs(cache: Path, subjects: Sequence[int], runs: Sequence[int]) -> Runs:
    """Fetch runs through MNE, which compares checksums; what is there is not fetched again.

    Raises
    ------
    FileNotFoundError
        Where the network, the disk or a checksum fails.
    """
    from mne.datasets.eegbci import load_data

    files: list[Path] = []
    try:
        with bar("downloading", len(subjects)) as advance:
            for subject in subjects:
                # update_path=False: MNE neither asks whether to remember the folder nor does so
                files += load_data(subject, list(runs), path=cache, update_path=False, verbose="ERROR")
                advance(f"S{subject:03d}")
    except (OSError, ValueError) as error:
        raise FileNotFoundError(
            f"EEGBCI could not be fetched ({error}); try again with a network, "
            f"or download {URL} and set dataset.root=FOLDER."
        ) from error
    return _by_number(files)


def sampling_rate(path: Path) -> float | None:
    """Return the rate in Hz that a file's header states, or None where it cannot be read: reading it says why."""
    try:
        header = read_header(path)
    except BadRecordingError:
        return None
    rates = (header.sfreq(signal) for signal in header.signals if signal.label not in ANNOTATIONS)
    return next(rates, None) if header.record_s > 0 else None


def _by_number(paths: Iterable[Path]) -> Runs:
    found: Runs = {}
    for path in sorted(paths):
        match = re.fullmatch(r"S(\d{3})R(\d{2})\.edf", path.name)
        if match and (other := found.setdefault((int(match[1]), int(match[2])), path)) != path:
            raise ValueError(f"{path}: stands for the same run as {other}; keep one of the two in the folder.")
    return found
