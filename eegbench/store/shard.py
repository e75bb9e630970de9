"""A shard is a folder with one recording's signal, preprocessed once: it is there whole or not at all."""

import glob
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from eegbench.store.claim import ENDING, claim_file, claimed
from eegbench.types import Recording

SHARD_VERSION = 7
"""Raised whenever the steps or the format change: shards of another version are never reused."""


@dataclass(frozen=True)
class GroupHeader:
    """What a shard knows of one group of signals.

    Attributes
    ----------
    channels
        Names of the rows of the signal.
    sfreq
        Sampling rate in Hz.
    n_samples
        Samples in each channel.
    positions
        Electrode positions in metres, or NaN, a row a channel.
    kinds
        Type of each channel, as MNE calls it: ``eeg``, ``eog``, ….
    mean_uv, std_uv
        Of each channel over the whole shard, the population's standard deviation.
    recorded_sfreq
        Sampling rate in Hz of each channel that was read for the group, before any resampling. One that was filled in,
        or made of others, is not among them.
    left_out
        Names of channels that were to be left out, and were there.
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
    """What a shard knows beside its samples.

    Attributes
    ----------
    recording
        Id of the recording.
    groups
        The groups of signals by name. Windows are cut at the samples of the first.
    start_s
        Seconds from the start of the recorded file to the first sample.
    annotations
        Onset (s, from the shard's first sample), duration (s) and description of each.
    movement_uv
        Of each channel of all groups as recorded: the median of its peak to peak within a second in µV; 0 where it
        never moves within one.
    block_s
        Seconds that a column of the quality table covers.
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
        """Samples in each channel of the first group."""
        return next(iter(self.groups.values())).n_samples


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
        Of the channels read for the first group, before any filter: lowest and highest value in µV and number of
        clipped samples (3, n_recorded, n_blocks).
    """

    folder: Path
    header: ShardHeader
    quality: Float[np.ndarray, "3 n_recorded n_blocks"]

    def signal(self, group: str) -> Float[np.ndarray, "n_channels n_samples"]:
        """Map the signal of a group in µV into memory, without reading it."""
        return np.load(signal_file(self.folder, group), mmap_mode="r", allow_pickle=False)

    @property
    def n_bytes(self) -> int:
        """Size of the signals."""
        return sum(4 * len(group.channels) * group.n_samples for group in self.header.groups.values())


def signal_file(folder: Path, group: str) -> Path:
    """Return the file of a group's signal in the folder of a shard."""
    return folder / f"signal-{group}.npy"


def shard_name(recording: Recording, files: Sequence[Path], content: str, settings: Mapping[str, object]) -> str:
    """Name a shard after all that decides what is in it.

    The digest of the files covers some blocks of a long one (`file_digest`). So the times of modification count too:
    they tell an edit between these blocks.

    Parameters
    ----------
    recording
        The recording, as its own set lists it.
    files
        All that decide what is read.
    content
        Their digest.
    settings
        How they are read and preprocessed.
    """
    identity = {
        "version": SHARD_VERSION,
        "recording": recording.id,
        "content": content,
        "modified": [path.stat().st_mtime_ns for path in files],
        "settings": settings,
    }
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()
    return f"{recording.id.replace('/', '_')}-{digest[:16]}"  # one folder a shard, beside the others


def write_shard(
    folder: Path,
    *,
    header: ShardHeader,
    signals: Mapping[str, Float[np.ndarray, "_ _"]],
    quality: Float[np.ndarray, "3 n_recorded n_blocks"],
) -> None:
    """Write a shard aside and rename it last: its presence means that it is whole.

    Where another process finishes the same shard first, that one stays.
    """
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        aside.mkdir(parents=True)
        for group, signal in signals.items():
            np.save(signal_file(aside, group), np.ascontiguousarray(signal, dtype=np.float32), allow_pickle=False)
        np.save(aside / "quality.npy", quality.astype(np.float32), allow_pickle=False)
        (aside / "header.json").write_text(json.dumps(asdict(header)), encoding="utf-8")
        for file in aside.iterdir():
            _to_disk(file)
        aside.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def open_shard(folder: Path) -> Shard:
    """Open a shard that `write_shard` made."""
    fields: dict[str, Any] = json.loads((folder / "header.json").read_text(encoding="utf-8"))
    fields["groups"] = {name: GroupHeader(**_with_tuples(group)) for name, group in fields["groups"].items()}
    fields["annotations"] = tuple(tuple(row) for row in fields["annotations"])
    quality = np.load(folder / "quality.npy", allow_pickle=False)
    return Shard(folder=folder, header=ShardHeader(**fields), quality=quality)


def is_whole(folder: Path) -> bool:
    """Whether a shard's files can be opened and are as long as its header says; a power cut may have cut them."""
    try:
        shard = open_shard(folder)
        sizes = {name: shard.signal(name).shape for name in shard.header.groups}
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):  # what broken JSON and arrays end in
        return False
    return all(sizes[name] == (len(one.channels), one.n_samples) for name, one in shard.header.groups.items())


def _with_tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    rows = tuple(tuple(row) for row in fields["positions"])
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return {**fields, **lists, "positions": rows}


def sweep_leftovers(folder: Path) -> None:
    """Remove what killed processes left half-written; living ones hold the claims of their shards."""
    asides = [path for path in folder.glob(".*-*.*") if path.is_dir() or path.name.endswith(ENDING)]
    for shard in {folder / path.name[1:].rpartition(".")[0] for path in asides}:
        with claimed(shard, wait=False) as is_ours:
            for aside in folder.glob(f".{glob.escape(shard.name)}.*") if is_ours else ():
                if aside != claim_file(shard):
                    shutil.rmtree(aside, ignore_errors=True)


def _to_disk(file: Path) -> None:
    """Wait until the disk has a file, so that a power cut cannot leave the name of a shard without its samples."""
    with file.open("rb") as handle:
        os.fsync(handle.fileno())
