"""Reading, preprocessing and writing of one recording, which runs in a worker process without loading torch."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import mne
import numpy as np
from jaxtyping import Float

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import SignalSteps
from eegbench.preprocessing.quality import MICROVOLTS, check_plausible, measure, movement
from eegbench.preprocessing.recorded import Recorded
from eegbench.store import write_shard
from eegbench.store.claim import claimed
from eegbench.store.integrity import damage
from eegbench.store.shard import GroupHeader, ShardHeader
from eegbench.types import Recording


@dataclass(frozen=True)
class Source:
    """One recording, with its dataset and the steps for its signal."""

    dataset: Dataset
    signal: SignalSteps
    recording: Recording


@dataclass(frozen=True)
class Job(Source):
    """One recording, with the folder of its shard."""

    folder: Path


@dataclass(frozen=True)
class Read:
    """One recording after reading.

    Attributes
    ----------
    groups
        The signals of each group, loaded.
    header
        Header of its shard, without the groups, which are added after preprocessing.
    quality
        Quality of the first group: lowest and highest value in µV and number of clipped samples, with a column per
        second.
    """

    groups: Mapping[str, Recorded]
    header: ShardHeader
    quality: Float[np.ndarray, "3 n_channels n_blocks"]


Built = Literal["built", "there", "claimed"]
"""Result for a shard: it was built, it existed, or another process is building it."""


def build_one(job: Job) -> Built:
    """Read, preprocess and write one recording, unless another process is building its shard."""
    return _build_claimed(job, wait=False)


def build_after_others(job: Job) -> Built:
    """Wait until no other process builds the shard, and build it if it still does not exist."""
    return _build_claimed(job, wait=True)


def _build_claimed(job: Job, *, wait: bool) -> Built:
    with claimed(job.folder, wait=wait) as is_ours:
        if not is_ours:
            return "claimed"
        if job.folder.is_dir():
            if not damage(job.folder):
                return "there"
            shutil.rmtree(job.folder)
        build(job)
        return "built"


def build(job: Job) -> None:
    """Read, preprocess and write one recording.

    Raises
    ------
    BadRecordingError
        As in `read`, and if the amplitude of a channel is implausible.
    """
    found = read(job)
    check_plausible(found.header.movement_uv)
    rates = {name: one.sfreq for name, one in found.groups.items()}  # before they are resampled in place
    left_out = {name: one.left_out for name, one in found.groups.items()}
    groups = job.signal.apply(found.groups)
    signals = {name: one.get_data() * MICROVOLTS for name, one in groups.items()}
    headers = {
        name: replace(group_header(groups[name], signal, rates[name]), left_out=left_out[name])
        for name, signal in signals.items()
    }
    write_shard(job.folder, header=replace(found.header, groups=headers), signals=signals, quality=found.quality)


def read(source: Source) -> Read:
    """Read and measure one recording.

    Raises
    ------
    BadRecordingError
        If it cannot be read, or does not fit the settings of the signal.
    """
    groups = source.signal.select(source.dataset, source.recording)
    for one in groups.values():
        for part in one.raws:
            _load(part, source.recording)
    first = next(iter(groups.values()))
    quality, movement_uv = _measured(first)
    for one in list(groups.values())[1:]:
        for part in one.raws:
            movement_uv |= movement(part)
    header = ShardHeader(
        recording=source.dataset.origin(source.recording)[1].id,
        groups={},
        start_s=float(first.first.first_time),
        annotations=_annotations(first.first),
        movement_uv=movement_uv,
    )
    return Read(groups, header, quality)


def _load(raw: "mne.io.BaseRaw", recording: Recording) -> None:
    """Load samples."""
    try:
        raw.load_data(verbose="ERROR")
    except (RuntimeError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:300]
        raise BadRecordingError(
            f"{recording.signal}: its samples cannot be read ({reason}); copy or export it again, or set "
            "dataset.on_bad_recording=skip."
        ) from error


def _measured(recorded: Recorded) -> tuple[Float[np.ndarray, "3 n_channels n_blocks"], dict[str, float]]:
    """Measure the signals of each rate (see `measure`), over the number of seconds of the first."""
    parts = [measure(raw) for raw in recorded.raws]
    n_blocks = parts[0][0].shape[2]
    rows = [part[:, :, np.minimum(np.arange(n_blocks), part.shape[2] - 1)] for part, _ in parts]
    movement_uv = {name: uv for _, moved in parts for name, uv in moved.items()}
    names = list(movement_uv)
    order = [names.index(name) for name in recorded.channels]
    return np.concatenate(rows, axis=1)[:, order], {name: movement_uv[name] for name in recorded.channels}


def _annotations(raw: "mne.io.BaseRaw") -> tuple[tuple[float, float, str], ...]:
    """Return onset (s, from the first sample), duration (s) and description of each annotation."""
    notes, start_s = raw.annotations, float(raw.first_time)
    return tuple(
        (float(onset) - start_s, float(duration), str(description))
        for onset, duration, description in zip(notes.onset, notes.duration, notes.description, strict=True)
    )


def group_header(
    raw: "mne.io.BaseRaw", signal: Float[np.ndarray, "n_channels n_samples"], recorded_sfreq: Mapping[str, float]
) -> GroupHeader:
    """Describe the signal of a group, in µV, given the recorded rates of its channels in Hz."""
    return GroupHeader(
        channels=tuple(raw.ch_names),
        sfreq=float(raw.info["sfreq"]),
        n_samples=signal.shape[1],
        positions=_positions(raw),
        kinds=tuple(raw.get_channel_types()),
        mean_uv=tuple(signal.mean(axis=1).tolist()),
        std_uv=tuple(signal.std(axis=1).tolist()),
        recorded_sfreq=recorded_sfreq,
    )


def _positions(raw: "mne.io.BaseRaw") -> tuple[tuple[float, float, float], ...]:
    montage = raw.get_montage()
    known = montage.get_positions()["ch_pos"] if montage is not None else {}
    nowhere = (float("nan"),) * 3
    return tuple(tuple(float(v) for v in known.get(name, nowhere)) for name in raw.ch_names)  # type: ignore[misc]
