"""A shard is a folder with one recording's signal, preprocessed once: it is there whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from eegbench.types import Recording

SHARD_VERSION = 2
"""Raised whenever the steps or the format change: shards of another version are never reused."""


@dataclass(frozen=True)
class ShardHeader:
    """What a shard knows beside its samples.

    Attributes
    ----------
    recording
        Id of the recording.
    channels
        Names of the rows of the signal.
    sfreq
        Sampling rate in Hz.
    n_samples
        Samples in each channel.
    start_s
        Seconds from the start of the recorded file to the first sample.
    positions
        Electrode positions in metres, or NaN, a row a channel.
    annotations
        Onset (s, from the shard's first sample), duration (s) and description of each.
    mean_uv, std_uv
        Of each channel over the whole shard, the population's standard deviation.
    recorded_sfreq
        Sampling rate in Hz before any resampling: the quality table counts these samples.
    block_s
        Seconds that a column of the quality table covers.
    """

    recording: str
    channels: tuple[str, ...]
    sfreq: float
    n_samples: int
    start_s: float
    positions: tuple[tuple[float, float, float], ...]
    annotations: tuple[tuple[float, float, str], ...]
    mean_uv: tuple[float, ...]
    std_uv: tuple[float, ...]
    recorded_sfreq: float
    block_s: float = 1.0


@dataclass(frozen=True)
class Shard:
    """An opened shard; its samples stay on disk until they are asked for.

    Attributes
    ----------
    folder
        Where it lies.
    header
        What is known of it.
    quality
        Of the signal as recorded, before any filter: lowest and highest value in µV and number of clipped
        samples (3, n_channels, n_blocks).
    """

    folder: Path
    header: ShardHeader
    quality: Float[np.ndarray, "3 n_channels n_blocks"]

    def signal(self) -> Float[np.ndarray, "n_channels n_samples"]:
        """Map the signal in µV into memory, without reading it."""
        return np.load(self.folder / "signal.npy", mmap_mode="r", allow_pickle=False)

    @property
    def n_bytes(self) -> int:
        """Size of the signal."""
        return 4 * len(self.header.channels) * self.header.n_samples


def shard_name(recording: Recording, settings: Mapping[str, object]) -> str:
    """Name a shard after all that decides what is in it.

    The files' sizes and modification times stand for their content: hashing a night costs as much as reading it.
    """
    files = [path.stat() for path in (recording.signal, recording.labels) if path is not None]
    identity = {
        "version": SHARD_VERSION,
        "recording": recording.id,
        "files": [(found.st_size, found.st_mtime_ns) for found in files],
        "settings": settings,
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()
    return f"{recording.id}-{digest[:16]}"


def write_shard(
    folder: Path,
    *,
    header: ShardHeader,
    signal: Float[np.ndarray, "n_channels n_samples"],
    quality: Float[np.ndarray, "3 n_channels n_blocks"],
) -> None:
    """Write a shard aside and rename it last: its presence means that it is whole."""
    aside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        np.save(aside / "signal.npy", np.ascontiguousarray(signal, dtype=np.float32), allow_pickle=False)
        np.save(aside / "quality.npy", quality.astype(np.float32), allow_pickle=False)
        (aside / "header.json").write_text(json.dumps(asdict(header)), encoding="utf-8")
        _rename(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def open_shard(folder: Path) -> Shard:
    """Open a shard that `write_shard` made."""
    fields: dict[str, Any] = json.loads((folder / "header.json").read_text(encoding="utf-8"))
    for name in ("channels", "mean_uv", "std_uv"):
        fields[name] = tuple(fields[name])
    for name in ("positions", "annotations"):
        fields[name] = tuple(tuple(row) for row in fields[name])
    quality = np.load(folder / "quality.npy", allow_pickle=False)
    return Shard(folder=folder, header=ShardHeader(**fields), quality=quality)


def sweep_leftovers(folder: Path) -> None:
    """Remove what killed processes left half-written; living ones keep theirs."""
    for aside in folder.glob(".*-*.*"):
        pid = aside.name.rpartition(".")[2]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(aside, ignore_errors=True)


def _rename(aside: Path, folder: Path) -> None:
    try:
        aside.rename(folder)
    except OSError:
        if not folder.is_dir():  # otherwise another process finished the same shard first
            raise


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
