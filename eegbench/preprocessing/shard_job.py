"""One recording read, preprocessed and written: what a process of its own does, which loads no torch for it."""

from dataclasses import dataclass
from pathlib import Path

import mne
import numpy as np
from jaxtyping import Float

from eegbench.dataset import Dataset
from eegbench.preprocessing.base import SignalSteps
from eegbench.preprocessing.quality import MICROVOLTS, check_plausible, measure, movement
from eegbench.preprocessing.recorded import Recorded
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
        for part in one.raws:
            part.load_data(verbose="ERROR")
    first = next(iter(groups.values()))
    raw = first.first
    start_s = float(raw.first_time)
    annotations = tuple(
        (float(onset) - start_s, float(duration), str(description))
        for onset, duration, description in zip(
            raw.annotations.onset, raw.annotations.duration, raw.annotations.description, strict=True
        )
    )
    quality = _quality(first)
    movement_uv = {name: uv for one in groups.values() for part in one.raws for name, uv in movement(part).items()}
    check_plausible(movement_uv)
    recorded_sfreq = {name: rate for one in groups.values() for name, rate in one.sfreq.items()}
    made = job.signal.apply(groups)
    signals = {name: one.get_data() * MICROVOLTS for name, one in made.items()}
    header = ShardHeader(
        recording=job.dataset.origin(job.recording)[1].id,
        groups={name: _header(made[name], signal) for name, signal in signals.items()},
        start_s=start_s,
        annotations=annotations,
        recorded_sfreq=recorded_sfreq,
        movement_uv=movement_uv,
    )
    write_shard(job.folder, header=header, signals=signals, quality=quality)


def _quality(recorded: Recorded) -> Float[np.ndarray, "3 n_channels n_blocks"]:
    """Measure the signals of each rate, over as many seconds as those of the first have."""
    parts = [measure(raw) for raw in recorded.raws]
    n_blocks = parts[0].shape[2]
    rows = np.concatenate([part[:, :, np.minimum(np.arange(n_blocks), part.shape[2] - 1)] for part in parts], axis=1)
    names = [name for raw in recorded.raws for name in raw.ch_names]
    return rows[:, [names.index(name) for name in recorded.channels]]


def _header(raw: "mne.io.BaseRaw", signal: Float[np.ndarray, "n_channels n_samples"]) -> GroupHeader:
    """Describe the preprocessed signal of a group, in µV."""
    return GroupHeader(
        channels=tuple(raw.ch_names),
        sfreq=float(raw.info["sfreq"]),
        n_samples=signal.shape[1],
        positions=_positions(raw),
        kinds=tuple(raw.get_channel_types()),
        mean_uv=tuple(signal.mean(axis=1).tolist()),
        std_uv=tuple(signal.std(axis=1).tolist()),
    )


def _positions(raw: "mne.io.BaseRaw") -> tuple[tuple[float, float, float], ...]:
    montage = raw.get_montage()
    known = montage.get_positions()["ch_pos"] if montage is not None else {}
    nowhere = (float("nan"),) * 3
    return tuple(tuple(float(v) for v in known.get(name, nowhere)) for name in raw.ch_names)  # type: ignore[misc]
