"""What a store promises: where shards lie, and all shards as one table of windows that gathers batches."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int
from torch import Tensor

from eegbench.distributed import local_world_size
from eegbench.store.prefetch import prefetch
from eegbench.store.shard import Shard
from eegbench.types import Draw, Signals

T = TypeVar("T")
R = TypeVar("R")

MIN_STD_UV = 1e-3
"""Below this a channel is constant, and dividing by its deviation would make numbers out of nothing."""

OPEN_FILES = 64
"""Shards kept mapped at a time where signals are streamed: thousands must not exhaust file descriptors."""


class ShardStorage(ABC):
    """Where shards lie and how they are read.

    Attributes
    ----------
    n_workers
        Processes that build shards; None takes one a core, where there is enough to do.
    """

    n_workers: int | None

    @property
    @abstractmethod
    def shards(self) -> Path:
        """The folder of the shards, absolute."""

    @property
    @abstractmethod
    def features(self) -> Path:
        """The folder of cached features of windows, absolute."""

    @abstractmethod
    def is_resident(self, shards: Sequence[Shard], device: torch.device) -> bool:
        """Return whether the signals of these shards are kept as a whole in the device's memory.

        If not, each batch is read from disk.
        """


@dataclass(frozen=True)
class Views:
    """A batch: the distinct windows, an index from examples and views into them, and targets.

    Attributes
    ----------
    x
        Distinct windows (n_distinct, n_channels, n_times), normalised.
    index
        Position in ``x`` of each view of each example (batch, n_views).
    y
        Targets (batch, ...).
    """

    x: Float[Tensor, "n_distinct n_channels n_times"]
    index: Int[Tensor, "batch n_views"]
    y: Tensor


@dataclass(frozen=True)
class WindowStore:
    """Windows of many recordings, as rows of a table, and their samples.

    Attributes
    ----------
    shards
        One a recording.
    signals
        Channels, rate, length and normalisation of a window.
    table
        A row a window, in order of recording and time: ``recording, set, subject, session, run, start_s`` (from the
        start of the file), ``window_s``, ``label`` (−1 = unscored), ``scored``, ``rejected``, ``flat``,
        ``saturated``, ``shard`` (position in ``shards``), ``sample`` (first sample in it), and where windows are cut
        from trials ``trial`` (its number in the recording). The index is 0…n−1.
    classes
        Class names; labels index them.
    facts
        A row a recording, by its id: set, subject, session, run, age, sex, ….
    resident
        Whether the signals lie in memory (on the device) as a whole, or are read from disk for each batch.
    device
        Where batches are made.
    """

    shards: tuple[Shard, ...]
    signals: Signals
    table: pd.DataFrame
    classes: tuple[str, ...]
    facts: pd.DataFrame
    resident: bool
    device: torch.device

    def __len__(self) -> int:
        return len(self.table)

    def normalised(self, normalise: str) -> "WindowStore":
        """Return the same windows under another normalisation."""
        return replace(self, signals=replace(self.signals, normalise=normalise))

    def gather(self, rows: Int[np.ndarray, "n"]) -> Float[Tensor, "n n_channels n_times"]:
        """Return windows by their rows in the table, in µV or standardised, on the store's device."""
        shard, sample = self._places[:, rows]
        windows = self._from_memory(shard, sample) if self.resident else self._from_disk(shard, sample)
        return self._standardise(windows, shard)

    def views(self, draw: Draw, part: slice) -> Views:
        """Return a batch of a draw's examples: its distinct windows, gathered once each."""
        windows = draw.windows[part]
        distinct, index = np.unique(windows, return_inverse=True)
        return Views(
            x=self.gather(distinct),
            index=torch.from_numpy(index.reshape(windows.shape)).to(self.device),
            y=torch.from_numpy(np.ascontiguousarray(draw.targets[part])).to(self.device),
        )

    def each(self, make: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield what a method of the store makes of each item; what comes from disk is read ahead."""
        return map(make, items) if self.resident else prefetch(make, items)

    @cached_property
    def trials(self) -> Int[np.ndarray, "n_windows"]:
        """The number of the trial that each window belongs to; windows that are no crops stand by themselves."""
        if "trial" not in self.table:
            return np.arange(len(self.table))
        return self.table.groupby(["recording", "trial"], sort=False).ngroup().to_numpy()

    @property
    def has_crops(self) -> bool:
        """Whether some windows are crops of one trial."""
        return len(np.unique(self.trials)) < len(self.table)

    @cached_property
    def _places(self) -> Int[np.ndarray, "2 n_windows"]:
        return self.table[["shard", "sample"]].to_numpy(np.int64).T

    @cached_property
    def _offsets(self) -> Int[np.ndarray, "n_shards"]:
        lengths = [shard.header.n_samples for shard in self.shards]
        return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)

    @cached_property
    def _whole(self) -> Float[Tensor, "n_channels n_samples"]:
        return load_whole(tuple(shard.folder for shard in self.shards), self.device)

    def _from_memory(self, shard: Int[np.ndarray, "n"], sample: Int[np.ndarray, "n"]) -> Tensor:
        starts = torch.from_numpy(self._offsets[shard] + sample).to(self.device)
        every = self._whole.unfold(1, self.signals.n_times, 1)  # a view: a window from each sample on
        return every[:, starts].transpose(0, 1).contiguous()

    def _from_disk(self, shard: Int[np.ndarray, "n"], sample: Int[np.ndarray, "n"]) -> Tensor:
        n_times = self.signals.n_times
        # a GPU fetches by itself from memory that stays where it is
        out = torch.empty(len(shard), self.signals.n_channels, n_times, pin_memory=self.device.type == "cuda")
        windows = out.numpy()
        for i in np.lexsort((sample, shard)):  # in the order of the disk
            windows[i] = _mapped(self.shards[shard[i]].folder)[:, sample[i] : sample[i] + n_times]
        return out.to(self.device, non_blocking=True)

    def _standardise(self, windows: Tensor, shard: Int[np.ndarray, "n"]) -> Tensor:
        mean: Tensor
        std: Tensor
        if self.signals.normalise == "window":
            windows.sub_(windows.mean(2, keepdim=True))
            std = torch.linalg.vector_norm(windows, dim=2, keepdim=True) / windows.shape[2] ** 0.5
            return windows.div_(std.clamp_min(MIN_STD_UV))
        if self.signals.normalise == "recording":
            mean, std = self._moments[:, torch.from_numpy(shard).to(self.device)].unsqueeze(3)
            return windows.sub_(mean).div_(std.clamp_min(MIN_STD_UV))
        return windows

    @cached_property
    def _moments(self) -> Float[Tensor, "2 n_shards n_channels"]:
        headers = [shard.header for shard in self.shards]
        moments = [[h.mean_uv for h in headers], [h.std_uv for h in headers]]
        return torch.tensor(moments, dtype=torch.float32, device=self.device)


def fits_in_memory(shards: Sequence[Shard], device: torch.device) -> bool:
    """Say whether all signals fit: 40 % of what is free, as training needs the rest.

    Each of several processes on a machine has a GPU of its own, but they share the memory beside it.
    """
    needed = sum(shard.n_bytes for shard in shards)
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
    else:
        import psutil

        free = psutil.virtual_memory().available / local_world_size()
    return needed < 0.4 * free


@lru_cache(maxsize=1)
def load_whole(folders: tuple[Path, ...], device: torch.device) -> Float[Tensor, "n_channels n_samples"]:
    """Read the signals of all shards, one after the other, onto a device; views of one store share it."""
    arrays = [np.load(folder / "signal.npy", mmap_mode="r", allow_pickle=False) for folder in folders]
    return torch.from_numpy(np.concatenate(arrays, axis=1)).to(device)


@lru_cache(maxsize=OPEN_FILES)
def _mapped(folder: Path) -> Float[np.ndarray, "n_channels n_samples"]:
    return np.load(folder / "signal.npy", mmap_mode="r", allow_pickle=False)
