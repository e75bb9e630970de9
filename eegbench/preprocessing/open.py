"""From a dataset to a store of windows: list, preprocess what is missing, cut windows, open as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.preprocessing.base import Cut, GroupPlan, Preprocessing
from eegbench.preprocessing.build import Plan, Skipped, build_shards, check_any, refuse_or_note
from eegbench.preprocessing.channel_notes import tell_kinds, tell_rates
from eegbench.preprocessing.judgement import Judgement
from eegbench.preprocessing.lacking import tell_lacking
from eegbench.preprocessing.scale import odd_scales
from eegbench.store import Shard
from eegbench.store.base import ShardStorage, WindowStore
from eegbench.store.shard import GroupHeader
from eegbench.types import Form, Group, Recording


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
        Where a recording cannot be used (see `build_shards`), or its channels, rate or
        scale are not those of the others.
    """
    recordings, shards, skipped, n_built = build_shards(plan)
    used, shards, table, without = _windows(recordings, shards, dataset, preprocessing)
    who = _facts(used)
    for position, column in enumerate(("recording", "set", "subject", "session", "run")):
        values = who.index if column == "recording" else who[column]
        table.insert(position, column, values.to_numpy()[table["shard"].to_numpy()])
    groups = {name: _group(used, shards, name, preprocessing) for name in shards[0].header.groups}
    store = WindowStore(
        shards=tuple(shards),
        form=Form(groups, preprocessing.normalise),
        table=table,
        classes=dataset.classes,
        facts=who,
        resident=storage.is_resident(shards, device),
        device=device,
    )
    return Opened(store, tuple(used), (*skipped, *without), n_built)


def _windows(
    recordings: Sequence[Recording], shards: Sequence[Shard], dataset: Dataset, preprocessing: Preprocessing
) -> tuple[list[Recording], list[Shard], pd.DataFrame, list[Skipped]]:
    """Cut windows; return the recordings that have some, their shards, the table of windows, and the others."""
    kept, cuts, bad = [], [], dict[str, str]()
    for recording, shard, odd in zip(recordings, shards, odd_scales(shards), strict=True):
        try:
            cuts.append(_cut(shard, odd, dataset, preprocessing))
            kept.append((recording, shard))
        except BadRecordingError as error:
            refuse_or_note(dataset, recording, error, bad)
    check_any(kept, bad)
    preprocessing.tell(cuts)
    used, whole = [recording for recording, _ in kept], [shard for _, shard in kept]
    judgement = Judgement(flat_uv=preprocessing.flat_uv, saturated_share=preprocessing.saturated_share)
    return used, whole, judgement.table(whole, cuts), [Skipped(*one) for one in bad.items()]


def _cut(shard: Shard, odd: str | None, dataset: Dataset, preprocessing: Preprocessing) -> Cut:
    """Cut the windows of a recording whose scale is that of the others."""
    if odd is not None:
        raise BadRecordingError(odd)
    return preprocessing.cut(shard, dataset)


def _facts(recordings: Sequence[Recording]) -> pd.DataFrame:
    rows = [{"set": r.set, "subject": r.subject, "session": r.session, "run": r.run, **r.facts} for r in recordings]
    return pd.DataFrame(rows, index=pd.Index([r.id for r in recordings], name="recording"))


def _group(recordings: Sequence[Recording], shards: Sequence[Shard], name: str, preprocessing: Preprocessing) -> Group:
    """Return the form of a group, with the channels that any recording has."""
    plan = preprocessing.signal.group_plans[name]
    pairs = zip(recordings, shards, strict=True)
    whole = {recording.id: shard.header for recording, shard in pairs}
    headers = {recording: header.groups[name] for recording, header in whole.items()}
    _check_same_form(headers, plan)
    where = {
        channel: position
        for header in whole.values()
        for channel, position in zip(header.groups[name].channels, header.groups[name].positions, strict=True)
        if channel in header.recorded_sfreq
    }
    channels = list(plan.channels or where)
    tell_kinds(whole, name)
    tell_rates(whole, name)
    if plan.missing_channels != "refuse":
        tell_lacking(whole, name, channels, plan.missing_channels)
    first = next(iter(headers.values()))
    return Group(
        channels=tuple(channels),
        sfreq=first.sfreq,
        n_times=preprocessing.n_times(first.sfreq),
        positions=np.array([where[channel] for channel in channels], dtype=np.float64),
    )


def _check_same_form(headers: Mapping[str, GroupHeader], plan: GroupPlan) -> None:
    recording, first = next(iter(headers.items()))
    for other, header in headers.items():
        if header.sfreq != first.sfreq or (header.channels != first.channels and plan.missing_channels != "mark"):
            raise BadRecordingError(
                f"{other} has {len(header.channels)} channels ({', '.join(header.channels)}) at "
                f"{header.sfreq:g} Hz, but {recording} has {len(first.channels)} ({', '.join(first.channels)}) "
                f"at {first.sfreq:g} Hz; name common ones with preprocessing.signal.channels=[…], one rate with "
                "preprocessing.signal.sfreq=…, set preprocessing.signal.missing_channels=mark, or leave recordings out."
            )
