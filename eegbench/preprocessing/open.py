"""From a dataset to a store of windows: list, preprocess what is missing, cut windows, open as one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import Preprocessing
from eegbench.preprocessing.build import Plan, Skipped, build_shards
from eegbench.store import Shard
from eegbench.store.base import ShardStorage, WindowStore
from eegbench.types import Recording, Signals


@dataclass(frozen=True)
class Opened:
    """A store, and what it took to open it.

    Attributes
    ----------
    store
        All windows of the recordings that can be used.
    recordings
        These recordings, in the order of the store's shards.
    skipped
        The others, with the reason.
    n_built
        Shards that were made now; the rest was there.
    """

    store: WindowStore
    recordings: tuple[Recording, ...]
    skipped: tuple[Skipped, ...]
    n_built: int


def open_store(
    plan: Plan, dataset: Dataset, preprocessing: Preprocessing, storage: ShardStorage, device: torch.device
) -> Opened:
    """Open the planned recordings as one store of windows, building the shards that are missing.

    Raises
    ------
    BadRecordingError
        Where a recording cannot be used (see `build_shards`), or its channels or rate are not those of the others.
    """
    used, shards, skipped, n_built = build_shards(plan)
    _check_same_form(used, shards)
    table = preprocessing.windows(shards, dataset)
    who = _facts(used)
    for position, column in enumerate(("recording", "set", "subject", "session", "run")):
        values = who.index if column == "recording" else who[column]
        table.insert(position, column, values.to_numpy()[table["shard"].to_numpy()])
    header = shards[0].header
    signals = Signals(
        channels=header.channels,
        sfreq=header.sfreq,
        n_times=preprocessing.n_times(header.sfreq),
        normalise=preprocessing.normalise,
        positions=np.array(header.positions, dtype=np.float64),
    )
    store = WindowStore(
        shards=tuple(shards),
        signals=signals,
        table=table,
        classes=dataset.classes,
        facts=who,
        resident=storage.is_resident(shards, device),
        device=device,
    )
    return Opened(store, tuple(used), tuple(skipped), n_built)


def _facts(recordings: Sequence[Recording]) -> pd.DataFrame:
    rows = [{"set": r.set, "subject": r.subject, "session": r.session, "run": r.run, **r.facts} for r in recordings]
    return pd.DataFrame(rows, index=pd.Index([r.id for r in recordings], name="recording"))


def _check_same_form(recordings: Sequence[Recording], shards: Sequence[Shard]) -> None:
    first = shards[0].header
    for recording, header in zip(recordings, (shard.header for shard in shards), strict=True):
        if (header.channels, header.sfreq) != (first.channels, first.sfreq):
            raise BadRecordingError(
                f"{recording.id} has {len(header.channels)} channels ({', '.join(header.channels)}) at "
                f"{header.sfreq:g} Hz, but {recordings[0].id} has {len(first.channels)} ({', '.join(first.channels)}) "
                f"at {first.sfreq:g} Hz; name common ones with preprocessing.signal.channels=[…], one rate with "
                "preprocessing.signal.sfreq=…, or leave recordings out."
            )
