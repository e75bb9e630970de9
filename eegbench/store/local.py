"""Shards in a folder of this machine, loaded into memory if they fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from eegbench.config import Size, Text
from eegbench.distributed import local_world_size
from eegbench.store.base import ShardStorage
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

    folder: Text
    resident: Literal["auto"] | bool
    n_workers: Size | None

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
