"""Files of EEGBCI in a folder, or downloaded with MNE; subject and run follow from a file's name."""

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
    """Find the runs in a folder or in its subfolders, one per subject.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist, or contains no run.
    ValueError
        If two files represent the same run.
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
    """Download runs with MNE, which verifies checksums; existing files are not downloaded again.

    Raises
    ------
    FileNotFoundError
        If the network, the disk or a checksum fails.
    """
    from mne.datasets.eegbci import load_data

    files: list[Path] = []
    try:
        with bar("downloading", len(subjects)) as advance:
            for subject in subjects:
                # update_path=False: MNE does not ask whether to remember the folder
                files += load_data(subject, list(runs), path=cache, update_path=False, verbose="ERROR")
                advance(f"S{subject:03d}")
    except (OSError, ValueError) as error:
        raise FileNotFoundError(
            f"EEGBCI could not be fetched ({error}); repeat the command with a network (files that were downloaded "
            f"stay in {cache}), or download {URL} and set dataset.root=FOLDER."
        ) from error
    return _by_number(files)


def sampling_rate(path: Path) -> float | None:
    """Return the sampling rate in Hz in a file's header; None if it is unreadable, which is reported on reading."""
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
            raise ValueError(f"{path}: is the same run as {other}; keep one of the two in the folder.")
    return found
