"""Shards in a folder of this machine, read into memory where they fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from eegbench.store.base import ShardStorage, fits_in_memory
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
