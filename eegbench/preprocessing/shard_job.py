"""One recording read, preprocessed and written: what a process of its own does, which loads no torch for it."""

from dataclasses import dataclass
from pathlib import Path

import mne

from eegbench.dataset import Dataset
from eegbench.preprocessing.base import SignalSteps
from eegbench.preprocessing.quality import MICROVOLTS, check_plausible, measure
from eegbench.store import write_shard
from eegbench.store.shard import ShardHeader
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
    raw = job.signal.select(job.dataset.read(job.recording))
    raw.load_data(verbose="ERROR")
    start_s = float(raw.first_time)
    annotations = tuple(
        (float(onset) - start_s, float(duration), str(description))
        for onset, duration, description in zip(
            raw.annotations.onset, raw.annotations.duration, raw.annotations.description, strict=True
        )
    )
    quality, recorded_sfreq = measure(raw), float(raw.info["sfreq"])
    check_plausible(quality)
    raw = job.signal.apply(raw)
    signal = raw.get_data() * MICROVOLTS
    header = ShardHeader(
        recording=job.dataset.origin(job.recording)[1].id,
        channels=tuple(raw.ch_names),
        sfreq=float(raw.info["sfreq"]),
        n_samples=signal.shape[1],
        start_s=start_s,
        positions=_positions(raw),
        annotations=annotations,
        mean_uv=tuple(signal.mean(axis=1).tolist()),
        std_uv=tuple(signal.std(axis=1).tolist()),
        recorded_sfreq=recorded_sfreq,
    )
    write_shard(job.folder, header=header, signal=signal, quality=quality)


def _positions(raw: "mne.io.BaseRaw") -> tuple[tuple[float, float, float], ...]:
    montage = raw.get_montage()
    known = montage.get_positions()["ch_pos"] if montage is not None else {}
    nowhere = (float("nan"),) * 3
    return tuple(tuple(float(v) for v in known.get(name, nowhere)) for name in raw.ch_names)  # type: ignore[misc]
