"""From a dataset to a store of windows: preprocess missing recordings, cut windows, and open one store."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import torch

from eegbench.dataset import Dataset
from eegbench.preprocessing.base import Preprocessing
from eegbench.preprocessing.build import Plan, Skipped, build_shards
from eegbench.preprocessing.cutting import cut_all, judgement_of, tell_cuts
from eegbench.preprocessing.featured import features_of, padded_features
from eegbench.preprocessing.form import group_form
from eegbench.preprocessing.unusable import check_any
from eegbench.store import Shard
from eegbench.store.base import ShardStorage, WindowStore
from eegbench.store.padding import padding_columns
from eegbench.types import Form, Recording


@dataclass(frozen=True)
class Opened:
    """A store, with the recordings in it.

    Attributes
    ----------
    store
        Store with all windows of the usable recordings.
    recordings
        Usable recordings, in the order of the store's shards.
    skipped
        Other recordings, with the reason.
    n_built
        Number of shards built now; the others existed.
    """

    store: WindowStore
    recordings: tuple[Recording, ...]
    skipped: tuple[Skipped, ...]
    n_built: int


def open_store(
    plan: Plan, dataset: Dataset, preprocessing: Preprocessing, storage: ShardStorage, device: torch.device
) -> Opened:
    """Open the planned recordings as one store of windows, after building the missing shards.

    Raises
    ------
    BadRecordingError
        If a recording cannot be used (see `build_shards`), or its channels, rate or scale differ from the others.
    """
    recordings, shards, skipped, n_built = build_shards(plan)
    used, shards, table, without = _windows(recordings, shards, dataset, preprocessing)
    who = _facts(used)
    for position, column in enumerate(("recording", "set", "subject", "session", "run")):
        values = who.index if column == "recording" else who[column]
        table.insert(position, column, values.to_numpy()[table["shard"].to_numpy()])
    headers = {recording.id: shard.header for recording, shard in zip(used, shards, strict=True)}
    asked = dataset.channels or ()
    every = {name: group_form(headers, name, preprocessing, asked) for name in shards[0].header.groups}
    groups = {name: every[name] for name in preprocessing.signal.model_groups}
    features = features_of(preprocessing.features, shards, table, every, storage.features)
    padding = None
    if preprocessing.padded is not None:
        padding = preprocessing.padded.of(float(table["window_s"].iloc[0]))
        features = padded_features(features, preprocessing.features, table)
        table = padding_columns(table, padding.n_windows)
    store = WindowStore(
        shards=tuple(shards),
        form=Form(groups, preprocessing.normalise, {name: one.shape[1] for name, one in features.items()}, padding),
        table=table,
        classes=dataset.classes,
        facts=who,
        resident=storage.is_resident(shards, device),
        device=device,
        features=features,
    )
    return Opened(store, tuple(used), (*skipped, *without), n_built)


def _windows(
    recordings: Sequence[Recording], shards: Sequence[Shard], dataset: Dataset, preprocessing: Preprocessing
) -> tuple[list[Recording], list[Shard], pd.DataFrame, list[Skipped]]:
    """Cut windows; return the recordings with windows, their shards, the table of windows, and the other recordings."""
    cuts, bad = cut_all(recordings, shards, dataset, preprocessing)
    check_any(cuts, bad)
    tell_cuts(list(cuts.values()), dataset, preprocessing)
    kept = [(recording, shard) for recording, shard in zip(recordings, shards, strict=True) if recording.id in cuts]
    used, whole = [recording for recording, _ in kept], [shard for _, shard in kept]
    table = judgement_of(preprocessing).table(whole, list(cuts.values()))
    return used, whole, table, [Skipped(*one) for one in bad.items()]


def _facts(recordings: Sequence[Recording]) -> pd.DataFrame:
    rows = [{"set": r.set, "subject": r.subject, "session": r.session, "run": r.run, **r.facts} for r in recordings]
    return pd.DataFrame(rows, index=pd.Index([r.id for r in recordings], name="recording"))
