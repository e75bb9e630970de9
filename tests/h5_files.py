"""Small polysomnographies in HDF5, in the layout of the Dreem Open Datasets."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from eegbench.dataset.h5_psg import H5Psg

STAGES = {name: name for name in ("W", "N1", "N2", "N3", "R")}

SFREQ = 100.0


def signal(name: str, path: str | None = None, **facts: Any) -> dict[str, Any]:
    """Return the description of a signal."""
    where = path or f"signals/eeg/{name}"
    return {"path": where, "name": name, "fs": SFREQ, "unit": "uV", "domain": "eeg", "default": True, **facts}


def write_h5(
    path: Path,
    values: Mapping[str, np.ndarray],
    *,
    description: object,
    hypnogram: Sequence[float] | np.ndarray | None = None,
) -> Path:
    """Write a file with data sets at paths, and a description: an object of JSON, or an attribute as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        if description is not None:
            is_raw = isinstance(description, str | bytes)
            file.attrs["description"] = description if is_raw else json.dumps(description)
        for where, samples in values.items():
            file[where] = samples
        if hypnogram is not None:
            file["hypnogram"] = np.asarray(hypnogram)
    return path


def write_night(
    path: Path,
    names: Sequence[str] = ("C3_M2", "F3_M2", "EOG1"),
    *,
    epochs: int = 4,
    hypnogram: Sequence[float] | None = (0, 1, 2, 4),
    seed: int = 0,
    **facts: Any,
) -> Path:
    """Write noise of 20 µV, and stages."""
    rng = np.random.default_rng(seed)
    entries = [signal(name, **facts) for name in names]
    values = {one["path"]: rng.normal(0, 20, round(30 * epochs * SFREQ)).astype(np.float32) for one in entries}
    return write_h5(path, values, description=entries, hypnogram=hypnogram)


def psg(root: Path, **options: Any) -> H5Psg:
    """Return the reader of a folder, with the shipped options."""
    shipped = {
        "pattern": "**/*",
        "subject": "file",
        "channels": None,
        "hypnograms": None,
        "zeros_are_unlabelled": False,
        "crop_wake_min": None,
        "wake": "W",
        "labels": STAGES,
        "ignored": ("unscored",),
        "on_bad_recording": "raise",
    }
    return H5Psg(root=str(root), **{**shipped, **options})
