"""Base class of shard storage, and the table of all windows from which batches are gathered."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from eegbench.store.batching import distinct_windows
from eegbench.store.prefetch import prefetch
from eegbench.store.reading import channel_rows, load_whole, mapped, release
from eegbench.store.shard import Shard
from eegbench.store.windows import Views, Windows
from eegbench.types import Draw, Form

T = TypeVar("T")
R = TypeVar("R")

MIN_STD_UV = 1e-3
"""Smallest divisor in µV; a channel below it is constant, and dividing by less would amplify rounding errors."""


class ShardStorage(ABC):
    """Location of shards, and the choice between memory and disk.

    Attributes
    ----------
    n_workers
        Number of processes that build shards; None starts up to one per core.
    """

    n_workers: int | None

    @property
    @abstractmethod
    def shards(self) -> Path:
        """Folder of the shards, absolute."""

    @property
    @abstractmethod
    def features(self) -> Path:
        """Folder of cached features of windows, absolute."""

    @abstractmethod
    def is_resident(self, shards: Sequence[Shard], device: torch.device) -> bool:
        """Return whether to load all signals of these shards into the device's memory.

        If not, each batch is read from disk.
        """


@dataclass(frozen=True)
class WindowStore:
    """Windows of many recordings: a table with a row per window, and access to their samples.

    Attributes
    ----------
    shards
        Opened shards, one per recording.
    form
        Groups of signals, with channels, sampling rate and window length of each, and the normalisation.
    table
        One row per window, sorted by recording and time: ``recording, set, subject, session, run, start_s`` (from the
        start of the file), ``window_s``, ``label`` (−1 = unscored), ``scored``, ``rejected``, ``flat``,
        ``saturated``, ``marked_bad``, ``shard`` (position in ``shards``), ``sample_<group>`` (first sample of the
        window in the shard, for each group), for windows cut from trials ``trial`` (its number in the recording), and
        for padded recordings the columns of `eegbench.store.padding`. The index is 0…n−1.
    classes
        Class names, indexed by labels.
    facts
        One row per recording, indexed by its id: set, subject, session, run, age, sex, ….
    resident
        Whether all signals are in the device's memory; if not, each batch is read from disk.
    device
        Device on which batches are created.
    features
        Features given to the model in addition to the signals, by name, with one row per row of the table; then one
        for each of `padding_rows`.
    """

    shards: tuple[Shard, ...]
    form: Form
    table: pd.DataFrame
    classes: tuple[str, ...]
    facts: pd.DataFrame
    resident: bool
    device: torch.device
    features: Mapping[str, Float[np.ndarray, "n_windows _"]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    def normalised(self, normalise: str) -> "WindowStore":
        """Return a store of the same windows with another normalisation."""
        return replace(self, form=replace(self.form, normalise=normalise))

    def gather(self, rows: Int[np.ndarray, "n"]) -> Windows:
        """Return windows by their rows in the table, in µV or standardised, on the store's device.

        Rows of `padding_rows` give windows of padding.
        """
        shard = self._shard[rows]
        on_device = torch.from_numpy(shard).to(self.device)
        x = {name: self._standardise(name, self._signals(name, shard, rows), on_device) for name in self.form.groups}
        present = None if self._present is None else {name: one[on_device] for name, one in self._present.items()}
        features = {name: torch.from_numpy(one[rows]).to(self.device) for name, one in self.features.items()}
        return Windows(x, present, features)

    def views(self, draw: Draw, part: slice) -> Views:
        """Return a batch of examples, in which each distinct window is gathered once."""
        distinct, index = distinct_windows(draw.windows[part])
        return Views(
            windows=self.gather(distinct),
            index=torch.from_numpy(index).to(self.device),
            y=torch.from_numpy(np.ascontiguousarray(draw.targets[part])).to(self.device),
        )

    def each(self, make: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield ``make(item)`` for each item; signals on disk are prefetched in a thread."""
        return map(make, items) if self.resident else prefetch(make, items)

    @cached_property
    def trials(self) -> Int[np.ndarray, "n_windows"]:
        """Number of the trial of each window; a window that is not a crop is its own trial."""
        if "trial" not in self.table:
            return np.arange(len(self.table))
        return self.table.groupby(["recording", "trial"], sort=False).ngroup().to_numpy()

    @property
    def padding_rows(self) -> Int[np.ndarray, "n"]:
        """Rows of padding, numbered after the table: one before and one after each shard; empty without padding."""
        n = 0 if self.form.padding is None else 2 * len(self.shards)
        return np.arange(len(self.table), len(self.table) + n)

    @property
    def samples(self) -> pd.Series:
        """First sample of each window in its shard, in the first group."""
        return self.table[f"sample_{next(iter(self.form.groups))}"]

    def present_channels(self, rows: Int[np.ndarray, "n"], group: str) -> Bool[np.ndarray, "n n_channels"] | None:
        """Return whether windows have each channel of a group; None if all recordings have all channels."""
        return None if self._present is None else self._present[group].cpu().numpy()[self._shard[rows]]

    @property
    def lacks_channels(self) -> bool:
        """Return whether some recordings lack channels that others have."""
        return self._present is not None

    @property
    def has_crops(self) -> bool:
        """Return whether some windows are crops of one trial."""
        return len(np.unique(self.trials)) < len(self.table)

    @cached_property
    def _shard(self) -> Int[np.ndarray, "n_windows"]:
        """Shard of each window, and of each row of padding."""
        return np.concatenate([self.table["shard"].to_numpy(np.int64), np.arange(len(self.padding_rows)) // 2])

    @cached_property
    def _sample(self) -> Mapping[str, Int[np.ndarray, "n_windows"]]:
        return {name: self.table[f"sample_{name}"].to_numpy(np.int64) for name in self.form.groups}

    @cached_property
    def _channels(self) -> Mapping[str, tuple[str, ...]]:
        return {name: group.channels for name, group in self.form.groups.items()}

    @cached_property
    def _present(self) -> Mapping[str, Bool[Tensor, "n_shards _"]] | None:
        """Mask of the channels that each shard has; None if all shards have all channels."""
        present = {
            name: np.array([np.isin(channels, shard.header.groups[name].channels) for shard in self.shards])
            for name, channels in self._channels.items()
        }
        if all(one.all() for one in present.values()):
            return None
        return {name: torch.from_numpy(one).to(self.device) for name, one in present.items()}

    @cached_property
    def _offsets(self) -> Mapping[str, Int[np.ndarray, "n_shards"]]:
        """Offset of each shard's first sample when all shards are concatenated."""
        lengths = {name: [shard.header.groups[name].n_samples for shard in self.shards] for name in self.form.groups}
        return {name: np.cumsum([0, *each[:-1]], dtype=np.int64) for name, each in lengths.items()}

    @cached_property
    def _whole(self) -> Mapping[str, Float[Tensor, "_ _"]]:
        folders = tuple(shard.folder for shard in self.shards)
        return load_whole(folders, tuple(self._channels.items()), self.device)

    def _signals(self, group: str, shard: Int[np.ndarray, "n"], rows: Int[np.ndarray, "n"]) -> Tensor:
        make = self._from_memory if self.resident else self._from_disk
        there = rows < len(self.table)
        if self.form.padding is None or there.all():
            return make(group, shard, rows)
        form = self.form.groups[group]
        x = torch.full((len(rows), form.n_channels, form.n_times), self.form.padding.value, device=self.device)
        if self._present is not None:  # a missing channel is 0
            x *= self._present[group][torch.from_numpy(shard).to(self.device)].unsqueeze(2)
        x[torch.from_numpy(there).to(self.device)] = make(group, shard[there], rows[there])
        return x

    def _from_memory(self, group: str, shard: Int[np.ndarray, "n"], rows: Int[np.ndarray, "n"]) -> Tensor:
        starts = torch.from_numpy(self._offsets[group][shard] + self._sample[group][rows]).to(self.device)
        every = self._whole[group].unfold(1, self.form.groups[group].n_times, 1)  # a view, one window per sample
        return every[:, starts].transpose(0, 1).contiguous()

    def _from_disk(self, group: str, shard: Int[np.ndarray, "n"], rows: Int[np.ndarray, "n"]) -> Tensor:
        form, sample = self.form.groups[group], self._sample[group][rows]
        # pinned memory lets a GPU copy without waiting
        out = torch.zeros(len(shard), form.n_channels, form.n_times, pin_memory=self.device.type == "cuda")
        windows = out.numpy()
        for number in np.unique(shard):
            one, some = self.shards[number], np.flatnonzero(shard == number)
            signal, at = mapped(one.folder, group), channel_rows(one, group, form.channels)
            for i in some[np.argsort(sample[some])]:  # in the order of their samples on disk
                windows[i, at] = signal[:, sample[i] : sample[i] + form.n_times]
            release(signal)
        return out.to(self.device, non_blocking=True)

    def _standardise(self, group: str, windows: Tensor, shard: Int[Tensor, "n"]) -> Tensor:
        mean: Tensor
        std: Tensor
        if self.form.normalise == "window":
            windows.sub_(windows.mean(2, keepdim=True))
            std = torch.linalg.vector_norm(windows, dim=2, keepdim=True) / windows.shape[2] ** 0.5
            return windows.div_(std.clamp_min(MIN_STD_UV))
        if self.form.normalise == "recording":
            mean, std = self._moments[group][:, shard].unsqueeze(3)
            return windows.sub_(mean).div_(std.clamp_min(MIN_STD_UV))
        return windows

    @cached_property
    def _moments(self) -> Mapping[str, Float[Tensor, "2 n_shards _"]]:
        """Mean and standard deviation of each channel in each shard; 0 for missing channels."""
        moments = {}
        for name, channels in self._channels.items():
            made = np.zeros((2, len(self.shards), len(channels)), dtype=np.float32)
            for number, shard in enumerate(self.shards):
                header = shard.header.groups[name]
                made[:, number, channel_rows(shard, name, channels)] = header.mean_uv, header.std_uv
            moments[name] = torch.from_numpy(made).to(self.device)
        return moments
