"""One recording read, preprocessed and written: what a process of its own does, which loads no torch for it."""

from dataclasses import dataclass
from pathlib import Path

import mne
import numpy as np
from jaxtyping import Float

from eegbench.dataset import Dataset
from eegbench.preprocessing.base import SignalSteps
from eegbench.preprocessing.quality import MICROVOLTS, check_plausible, measure, movement
from eegbench.store import write_shard
from eegbench.store.shard import GroupHeader, ShardHeader
from eegbench.types import Recording


@dataclass(frozen=True)
class Job:
    """One recording to preprocess into one folder."""

    dataset: Dataset
    signal: SignalSteps
    recording: Recording
    folder: Path


def build_one(job: Job) -> None:
    """Read, preprocess and write one recording."""
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
    quality, recorded_sfreq = measure(raw), float(raw.info["sfreq"])
    movement_uv = {name: uv for one in groups.values() for name, uv in movement(one).items()}
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
