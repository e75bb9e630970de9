"""Small BIDS trees, written by mne-bids from recordings that it copies."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import edfio
import mne
import numpy as np
from mne_bids import BIDSPath, make_dataset_description, write_raw_bids

from eegbench.dataset.bids import Bids

CHANNELS = ("Fp1", "Fp2", "C3", "C4", "O1", "O2")
EVENTS = ((1.0, 0.0, "target"), (1.5, 0.0, "nontarget"), (4.25, 0.5, "target"), (7.0, 0.0, "pause"))
LABELS = {"target": "hit", "nontarget": "other"}


def write_noise(path: Path, *, seconds: int = 10, sfreq: float = 100.0) -> Path:
    """Write an EDF of noise of 20 µV."""
    rng = np.random.default_rng(0)
    data = [rng.normal(0, 20, round(seconds * sfreq)) for _ in CHANNELS]
    signals = [
        edfio.EdfSignal(one, sfreq, label=name, physical_dimension="uV")
        for name, one in zip(CHANNELS, data, strict=True)
    ]
    edfio.Edf(signals, data_record_duration=1.0).write(path)
    return path


def add_recording(
    root: Path, edf: Path, name: dict[str, str], *, events: Sequence[tuple[float, float, str]] = EVENTS
) -> Path:
    """Add an EDF to a tree under the entities of its name, and return its file there."""
    raw = mne.io.read_raw_edf(edf, verbose="ERROR")
    raw.set_annotations(mne.Annotations(*zip(*events, strict=True)) if events else None, verbose="ERROR")
    raw.info["line_freq"] = 50
    path = BIDSPath(root=root, datatype="eeg", **name)
    return Path(write_raw_bids(raw, path, overwrite=True, verbose="ERROR").fpath)


def bids(root: Path | None, **options: Any) -> Bids:
    """Build the reader with the options of its YAML, apart from labels."""
    settings: dict[str, Any] = {
        "root": None if root is None else str(root),
        "task": None,
        "subjects": None,
        "sessions": None,
        "channels": None,
        "bad_channels": "drop",
        "label_column": "trial_type",
        "labels": LABELS,
        "ignored": ("pause",),
        "on_bad_recording": "raise",
    }
    return Bids(**{**settings, **options})


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Replace pieces of a table's text, each of which must be there."""
    text = path.read_text(encoding="utf-8-sig")
    for old, new in changes:
        assert old in text, (path, old)
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def add_eegbci(root: Path, folder: Path, subject: int, run: int) -> None:
    """Add a run of imagined fists of EEGBCI to a tree, under standard names, with positions."""
    raw = mne.io.read_raw_edf(folder / f"S{subject:03d}R{run:02d}.edf", preload=True, verbose="ERROR")
    mne.datasets.eegbci.standardize(raw)
    raw.set_montage("standard_1005", verbose="ERROR")
    raw.annotations.rename({"T0": "rest", "T1": "left_fist", "T2": "right_fist"}, verbose="ERROR")
    raw.info["line_freq"] = 60
    path = BIDSPath(root=root, datatype="eeg", subject=f"{subject:03d}", task="fists", run=f"{run:02d}")
    write_raw_bids(raw, path, format="EDF", allow_preload=True, overwrite=True, verbose="ERROR")
    make_dataset_description(
        path=root, name="Imagined fists", overwrite=True, verbose="ERROR", data_license="ODC-By-1.0"
    )
