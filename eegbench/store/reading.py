"""Samples of shards: all of them in memory, or mapped from disk."""

import mmap
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from eegbench.store.shard import Shard, open_shard, signal_file

OPEN_FILES = 64
"""Shards kept mapped at a time where signals are streamed: thousands must not exhaust file descriptors."""


def channel_rows(shard: Shard, group: str, channels: Sequence[str]) -> Int[np.ndarray, "n_there"]:
    """Return the positions among ``channels`` of those that a shard has, in the order of its rows."""
    return np.array([channels.index(name) for name in shard.header.groups[group].channels], dtype=np.int64)


@lru_cache(maxsize=1)
def load_whole(
    folders: tuple[Path, ...], channels: tuple[tuple[str, tuple[str, ...]], ...], device: torch.device
) -> Mapping[str, Float[Tensor, "_ _"]]:
    """Read the signals of all shards onto a device, one after the other along time; views of one store share it.

    Parameters
    ----------
    folders
        Of the shards.
    channels
        Name and channels of each group; a channel that a shard lacks is 0.
    device
        Where the signals are kept.
    """
    shards, whole = [open_shard(folder) for folder in folders], {}
    for group, names in channels:
        edges = np.cumsum([0, *(shard.header.groups[group].n_samples for shard in shards)])
        signal = np.zeros((len(names), edges[-1]), dtype=np.float32)
        for shard, first, stop in zip(shards, edges[:-1], edges[1:], strict=True):
            signal[channel_rows(shard, group, names), first:stop] = shard.signal(group)
        whole[group] = torch.from_numpy(signal).to(device)
    return whole


@lru_cache(maxsize=OPEN_FILES)
def mapped(folder: Path, group: str) -> Float[np.ndarray, "n_channels n_samples"]:
    """Map the signal of a group into memory, without reading it."""
    return np.load(signal_file(folder, group), mmap_mode="r", allow_pickle=False)


def release(signal: Float[np.ndarray, "n_channels n_samples"]) -> None:
    """Take a mapped signal out of the process's memory. It stays mapped, and in the system's cache of files.

    Otherwise all samples that were ever read count as memory of the process.
    """
    file: object = signal.base
    if isinstance(file, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
        file.madvise(mmap.MADV_DONTNEED)
