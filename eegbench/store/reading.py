"""Reading of samples: all shards loaded into memory, or mapped from disk."""

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
"""Number of shards mapped at a time during streaming, so that thousands do not exhaust file descriptors."""


def channel_rows(shard: Shard, group: str, channels: Sequence[str]) -> Int[np.ndarray, "n_there"]:
    """Return the positions in ``channels`` of the channels that a shard has, in the order of its rows."""
    return np.array([channels.index(name) for name in shard.header.groups[group].channels], dtype=np.int64)


@lru_cache(maxsize=1)
def load_whole(
    folders: tuple[Path, ...], channels: tuple[tuple[str, tuple[str, ...]], ...], device: torch.device
) -> Mapping[str, Float[Tensor, "_ _"]]:
    """Load the signals of all shards onto a device, concatenated along time; stores of the same shards share them.

    Parameters
    ----------
    folders
        Folders of the shards.
    channels
        Name and channels of each group; a channel that a shard lacks is 0.
    device
        Device to load the signals onto.
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
    """Map the signal of a group into memory without reading it."""
    return np.load(signal_file(folder, group), mmap_mode="r", allow_pickle=False)


def release(signal: Float[np.ndarray, "n_channels n_samples"]) -> None:
    """Release the pages of a mapped signal from the process. It stays mapped, and in the system's page cache.

    Otherwise all samples ever read count towards the memory of the process.
    """
    file: object = signal.base
    if isinstance(file, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
        file.madvise(mmap.MADV_DONTNEED)
