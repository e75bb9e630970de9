"""Shards in a folder of this machine, read into memory where they fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from eegbench.distributed import local_world_size
from eegbench.store.base import ShardStorage
from eegbench.store.shard import Shard


@dataclass(frozen=True, kw_only=True)
class Local(ShardStorage):
    """Keep shards in a folder of this machine.

    Parameters
    ----------
    folder
        Holds ``shards/``, a folder each, and ``features/``.
    resident
        ``auto`` keeps the signals in memory (on the device) where they fit, true always, false reads each
        batch from disk.
    n_workers
        Processes that build shards; None takes one a core.
    """

    folder: str
    resident: Literal["auto"] | bool
    n_workers: int | None

    @property
    def shards(self) -> Path:
        """The folder of the shards, absolute."""
        return Path(self.folder).resolve() / "shards"

    @property
    def features(self) -> Path:
        """The folder of features of windows that are kept, absolute."""
        return Path(self.folder).resolve() / "features"

    def is_resident(self, shards: Sequence[Shard], device: torch.device) -> bool:
        """Say whether these shards are to lie in memory as a whole."""
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
