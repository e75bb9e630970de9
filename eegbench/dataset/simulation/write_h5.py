"""Writing of a simulated night in the format of the Dreem Open Datasets, with the stages of each scorer as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from eegbench.atomic import atomic_path
from eegbench.dataset.channel_kinds import kind_of
from eegbench.dataset.simulation.dod_hypnogram import ScoredNight
from eegbench.dataset.simulation.polysomnogram import SFREQ
from eegbench.dataset.simulation.signal import Signal

UNIT = "µV"

STEP_UV = 0.1
"""Values are rounded to multiples of this, which halves the size of the file."""

FOLDERS = {"eeg": "eeg", "eog": "eog", "emg": "emg", "ecg": "emg"}
"""HDF5 group of the signals of each type, as in the published files."""

START = 577404000
"""Start of all recordings, in seconds since 1970; arbitrary, as nothing depends on it."""

CHUNK = 60 * SFREQ


def write_h5_night(night: ScoredNight, signals: Mapping[str, Signal], path: Path) -> None:
    """Write the signals and the consensus atomically.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    paths = {name: f"signals/{FOLDERS[kind_of(name) or 'eeg']}/{name}" for name in signals}
    with atomic_path(path) as aside, h5py.File(aside, "w") as file:
        file.attrs["description"] = json.dumps([_described(name, where) for name, where in paths.items()])
        file.attrs["start_time"] = START
        file.attrs["duration"] = len(next(iter(signals.values()))) / SFREQ
        file["hypnogram"] = night.consensus.astype(np.int32)
        for name, where in paths.items():
            file.create_dataset(
                where,
                data=_rounded(signals[name]),
                chunks=(CHUNK,),
                compression="gzip",
                compression_opts=1,
                shuffle=True,
            )
            file[where].parent.attrs.update(fs=SFREQ, unit=UNIT)


def write_scorers(night: ScoredNight, folder: Path, record: str) -> None:
    """Write the stages of each scorer as ``scorer_N/RECORD.json`` in a folder."""
    for number, stages in enumerate(night.scored, start=1):
        with atomic_path(folder / f"scorer_{number}" / f"{record}.json") as aside:
            aside.write_text(json.dumps(stages.tolist()), encoding="utf-8")


def _described(name: str, where: str) -> dict[str, object]:
    domain = where.split("/")[1]
    return {"path": where, "fs": SFREQ, "unit": UNIT, "name": name, "domain": domain, "default": True}


def _rounded(signal: Signal) -> Signal:
    return np.asarray(np.rint(signal / STEP_UV) * STEP_UV, dtype=np.float32)
