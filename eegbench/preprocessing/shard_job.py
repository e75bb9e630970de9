"""One recording read, preprocessed and written: what a process of its own does, which loads no torch for it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import mne
import numpy as np
from jaxtyping import Float

from eegbench.dataset import Dataset
from eegbench.preprocessing.base import SignalSteps
from eegbench.preprocessing.quality import MICROVOLTS, check_plausible, measure, movement
from eegbench.store import write_shard
from eegbench.store.claim import claimed
from eegbench.store.shard import GroupHeader, ShardHeader, is_whole
from eegbench.types import Recording


@dataclass(frozen=True)
class Job:
    """One recording to preprocess into one folder."""

    dataset: Dataset
    signal: SignalSteps
    recording: Recording
    folder: Path


Built = Literal["built", "there", "claimed"]
"""What became of a shard: it was built, it was there already, or another process is building it."""


def build_one(job: Job) -> Built:
    """Read, preprocess and write one recording, unless another process is at it."""
    return _build_claimed(job, wait=False)


def build_after_others(job: Job) -> Built:
    """Wait until no other process builds the shard, and build it if it is not there then."""
    return _build_claimed(job, wait=True)


def _build_claimed(job: Job, *, wait: bool) -> Built:
    with claimed(job.folder, wait=wait) as is_ours:
        if not is_ours:
            return "claimed"
        if is_whole(job.folder):
            return "there"
        shutil.rmtree(job.folder, ignore_errors=True)  # cut by a power cut
        _build(job)
        return "built"


def _build(job: Job) -> None:
    groups = job.signal.select(job.dataset, job.recording)
    for one in groups.values():
        one.load_data(verbose="ERROR")
    raw = next(iter(groups.values()))
    start_s = float(raw.first_time)
    annotations = tuple(
        (float(onset) - start_s, float(duration), str(description))
        for onset, duration, description in zip(
            raw.annotations.onset, raw.annotations.duration, raw.annotations.description, strict=True
        )
    )
    recorded_sfreq = float(raw.info["sfreq"])
    quality, movement_uv = measure(raw)
    for one in list(groups.values())[1:]:
        movement_uv |= movement(one)
    check_plausible(movement_uv)
    groups = job.signal.apply(groups)
    signals = {name: one.get_data() * MICROVOLTS for name, one in groups.items()}
    header = ShardHeader(
        recording=job.dataset.origin(job.recording)[1].id,
        groups={name: _header(groups[name], signal) for name, signal in signals.items()},
        start_s=start_s,
        annotations=annotations,
        recorded_sfreq=recorded_sfreq,
        movement_uv=movement_uv,
    )
    write_shard(job.folder, header=header, signals=signals, quality=quality)


def _header(raw: "mne.io.BaseRaw", signal: Float[np.ndarray, "n_channels n_samples"]) -> GroupHeader:
    """Describe the preprocessed signal of a group, in µV."""
    return GroupHeader(
        channels=tuple(raw.ch_names),
        sfreq=float(raw.info["sfreq"]),
        n_samples=signal.shape[1],
        positions=_positions(raw),
        mean_uv=tuple(signal.mean(axis=1).tolist()),
        std_uv=tuple(signal.std(axis=1).tolist()),
    )


def _positions(raw: "mne.io.BaseRaw") -> tuple[tuple[float, float, float], ...]:
    montage = raw.get_montage()
    known = montage.get_positions()["ch_pos"] if montage is not None else {}
    nowhere = (float("nan"),) * 3
    return tuple(tuple(float(v) for v in known.get(name, nowhere)) for name in raw.ch_names)  # type: ignore[misc]
