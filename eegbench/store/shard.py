"""Shards: folders that each hold one preprocessed recording, written atomically."""

import glob
import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from eegbench.atomic import to_disk
from eegbench.config import parse_json
from eegbench.store.claim import ENDING, claim_file, claimed
from eegbench.store.integrity import HEADER, seal
from eegbench.types import Recording

SHARD_VERSION = 7
"""Version of the format and the preprocessing steps; shards of other versions are never reused."""


@dataclass(frozen=True)
class GroupHeader:
    """Properties of one group of signals in a shard.

    Attributes
    ----------
    channels
        Channel names, in the order of the signal's rows.
    sfreq
        Sampling rate in Hz.
    n_samples
        Number of samples per channel.
    positions
        Electrode positions in metres, one row per channel; NaN if unknown.
    kinds
        MNE's type of each channel: ``eeg``, ``eog``, ….
    mean_uv, std_uv
        Mean and (population) standard deviation of each channel over the shard, in µV.
    recorded_sfreq
        Sampling rate in Hz, before any resampling, of each channel that was read for the group. Filled-in channels
        and channels computed from others are not included.
    left_out
        Names of channels that were excluded by options and were present in the recording.
    """

    channels: tuple[str, ...]
    sfreq: float
    n_samples: int
    positions: tuple[tuple[float, float, float], ...]
    kinds: tuple[str, ...]
    mean_uv: tuple[float, ...]
    std_uv: tuple[float, ...]
    recorded_sfreq: Mapping[str, float]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShardHeader:
    """Properties of a shard, without its samples.

    Attributes
    ----------
    recording
        Id of the recording.
    groups
        Groups of signals by name. Windows are cut at the samples of the first.
    start_s
        Seconds from the start of the recorded file to the first sample.
    annotations
        Onset (s, from the shard's first sample), duration (s) and description of each annotation.
    movement_uv
        Median peak-to-peak amplitude within a second, in µV, of each recorded channel of all groups; 0 for a channel
        that is always constant within a second.
    block_s
        Duration in seconds of a column of the quality table.
    """

    recording: str
    groups: Mapping[str, GroupHeader]
    start_s: float
    annotations: tuple[tuple[float, float, str], ...]
    movement_uv: Mapping[str, float]
    block_s: float = 1.0

    @property
    def sfreq(self) -> float:
        """Sampling rate of the first group in Hz."""
        return next(iter(self.groups.values())).sfreq

    @property
    def n_samples(self) -> int:
        """Number of samples per channel of the first group."""
        return next(iter(self.groups.values())).n_samples


@dataclass(frozen=True)
class Shard:
    """An open shard; its samples stay on disk until they are read.

    Attributes
    ----------
    folder
        Folder of the shard.
    header
        Properties of the shard.
    quality
        For each channel read for the first group, before any filter: minimum and maximum in µV and number of clipped
        samples (3, n_recorded, n_blocks).
    """

    folder: Path
    header: ShardHeader
    quality: Float[np.ndarray, "3 n_recorded n_blocks"]

    def signal(self, group: str) -> Float[np.ndarray, "n_channels n_samples"]:
        """Map the signal of a group in µV into memory without reading it."""
        return np.load(signal_file(self.folder, group), mmap_mode="r", allow_pickle=False)

    @property
    def n_bytes(self) -> int:
        """Size of the signals in bytes."""
        return sum(4 * len(group.channels) * group.n_samples for group in self.header.groups.values())


def signal_file(folder: Path, group: str) -> Path:
    """Return the path of a group's signal in the folder of a shard."""
    return folder / f"signal-{group}.npy"


def shard_name(recording: Recording, files: Sequence[Path], content: str, settings: Mapping[str, object]) -> str:
    """Name a shard after everything that determines its content.

    The digest covers only some blocks of a long file (`file_digest`), so modification times are included: they
    reveal an edit between these blocks.

    Parameters
    ----------
    recording
        The recording, as listed by its own set.
    files
        All files that determine the recording's content.
    content
        Digest of the files.
    settings
        Settings of reading and preprocessing.
    """
    identity = {
        "version": SHARD_VERSION,
        "recording": recording.id,
        "content": content,
        "modified": [path.stat().st_mtime_ns for path in files],
        "settings": settings,
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()
    return f"{recording.id.replace('/', '_')}-{digest[:16]}"  # one flat folder per shard


def write_shard(
    folder: Path,
    *,
    header: ShardHeader,
    signals: Mapping[str, Float[np.ndarray, "_ _"]],
    quality: Float[np.ndarray, "3 n_recorded n_blocks"],
) -> None:
    """Write a shard to a temporary folder, flush it to disk and rename it last, so that an existing shard is complete.

    If another process completes the same shard first, its copy is used.
    """
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        aside.mkdir(parents=True)
        for group, signal in signals.items():
            np.save(signal_file(aside, group), np.ascontiguousarray(signal, dtype=np.float32), allow_pickle=False)
        np.save(aside / "quality.npy", quality.astype(np.float32), allow_pickle=False)
        (aside / HEADER).write_text(json.dumps(asdict(header)), encoding="utf-8")
        seal(aside)
        aside.rename(folder)
        to_disk(folder.parent)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def open_shard(folder: Path) -> Shard:
    """Open a shard written by `write_shard`."""
    fields: dict[str, Any] = parse_json((folder / HEADER).read_text(encoding="utf-8"))
    fields["groups"] = {name: GroupHeader(**_with_tuples(group)) for name, group in fields["groups"].items()}
    fields["annotations"] = tuple(tuple(row) for row in fields["annotations"])
    quality = np.load(folder / "quality.npy", allow_pickle=False)
    return Shard(folder=folder, header=ShardHeader(**fields), quality=quality)


def _with_tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    rows = tuple(tuple(row) for row in fields["positions"])
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return {**fields, **lists, "positions": rows}


def sweep_leftovers(folder: Path) -> None:
    """Remove incomplete files of killed processes; running processes hold the claims of their shards."""
    asides = [path for path in folder.glob(".*-*.*") if path.is_dir() or path.name.endswith(ENDING)]
    for shard in {folder / path.name[1:].rpartition(".")[0] for path in asides}:
        with claimed(shard, wait=False) as is_ours:
            for aside in folder.glob(f".{glob.escape(shard.name)}.*") if is_ours else ():
                if aside != claim_file(shard):
                    shutil.rmtree(aside, ignore_errors=True)
