"""Shards in a folder of this machine, loaded into memory if they fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from eegbench.store.base import ShardStorage, fits_in_memory
from eegbench.store.shard import Shard


@dataclass(frozen=True, kw_only=True)
class Local(ShardStorage):
    """Storage of shards in a folder of this machine.

    Parameters
    ----------
    folder
        Folder with ``shards/``, one folder per shard, and ``features/``.
    resident
        ``auto`` loads the signals into the device's memory if they fit, true always does, false reads each batch
        from disk.
    n_workers
        Number of processes that build shards; None starts up to one per core.
    """

    folder: str
    resident: Literal["auto"] | bool
    n_workers: int | None

    @property
    def shards(self) -> Path:
        """Folder of the shards, absolute."""
        return Path(self.folder).resolve() / "shards"

    @property
    def features(self) -> Path:
        """Folder of cached features of windows, absolute."""
        return Path(self.folder).resolve() / "features"

    def is_resident(self, shards: Sequence[Shard], device: torch.device) -> bool:
        """Return whether to load all signals of these shards into memory."""
        return fits_in_memory(shards, device) if self.resident == "auto" else self.resident
