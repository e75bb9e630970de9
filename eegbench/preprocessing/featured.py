"""Features of all windows, computed once and cached next to the shards."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from eegbench.preprocessing.feature import Feature
from eegbench.store import Shard
from eegbench.store.feature_cache import cached
from eegbench.store.padding import next_to_padding
from eegbench.store.reading import channel_rows, mapped
from eegbench.types import Group

AT_ONCE = 64
"""Number of windows whose signals are in memory at a time."""

VERSION = 1
"""Version of the feature code, increased whenever the same settings give other values."""


def features_of(
    features: Mapping[str, Feature],
    shards: Sequence[Shard],
    table: pd.DataFrame,
    groups: Mapping[str, Group],
    folder: Path,
) -> dict[str, Float[np.ndarray, "n_windows _"]]:
    """Return each feature of all windows, with a row for each row of the table.

    Parameters
    ----------
    features
        Features by name.
    shards
        One shard per recording.
    table
        Table of windows; the columns ``shard`` and ``sample_<group>`` hold their position.
    groups
        Forms of all groups of signals in the shards.
    folder
        Folder of cached features.

    Raises
    ------
    ValueError
        If a feature cannot be computed for these windows.
    """
    for feature in features.values():
        feature.dim(_form(feature, groups))
    own = [np.flatnonzero(table["shard"].to_numpy() == number) for number in range(len(shards))] if features else []
    made = {}
    for name, feature in features.items():
        form = _form(feature, groups)
        made[name] = np.concatenate(
            [_of_shard(feature, shard, table.iloc[at], form, folder) for shard, at in zip(shards, own, strict=True)]
        )
    return made


def padded_features(
    made: Mapping[str, Float[np.ndarray, "n_windows _"]], features: Mapping[str, Feature], table: pd.DataFrame
) -> dict[str, Float[np.ndarray, "n_rows _"]]:
    """Return features of all windows, with those of the padding around each shard as further rows.

    Padding as in Guillot et al. 2020: features of the position have the values of the first and the last window, and
    features of signals are 0.

    Parameters
    ----------
    made
        Each feature of all windows.
    features
        Features by the same names.
    table
        All windows.
    """
    padded = {}
    for name, values in made.items():
        beside = next_to_padding(values, table)
        padded[name] = np.concatenate([values, beside if features[name].group is None else np.zeros_like(beside)])
    return padded


def _form(feature: Feature, groups: Mapping[str, Group]) -> Group | None:
    return None if feature.group is None else groups.get(feature.group)


def _of_shard(
    feature: Feature, shard: Shard, table: pd.DataFrame, form: Group | None, folder: Path
) -> Float[np.ndarray, "n dim"]:
    start_s = table["start_s"].to_numpy(np.float64) - shard.header.start_s
    if form is None:
        return feature.compute(start_s, np.zeros((len(start_s), 0, 0)), None).astype(np.float32)
    sample = table[f"sample_{feature.group}"].to_numpy(np.int64)
    identity = {
        "version": VERSION,
        "feature": f"{type(feature).__module__}.{type(feature).__name__}",
        "settings": asdict(feature),  # type: ignore[call-overload]  # features are dataclasses
        "group": [form.channels, form.sfreq, form.n_times],
        "shard": shard.folder.name,
        "windows": sample.tobytes().hex(),
    }
    return cached(folder, identity, lambda: _computed(feature, shard, start_s, sample, form))


def _computed(
    feature: Feature,
    shard: Shard,
    start_s: Float[np.ndarray, "n"],
    sample: Int[np.ndarray, "n"],
    form: Group,
) -> Float[np.ndarray, "n dim"]:
    signal = mapped(shard.folder, feature.group or "")
    at = channel_rows(shard, feature.group or "", form.channels)
    made = [np.zeros((0, feature.dim(form)), dtype=np.float32)]
    for first in range(0, len(sample), AT_ONCE):
        part = sample[first : first + AT_ONCE]
        x = np.zeros((len(part), form.n_channels, form.n_times))  # a channel that a recording lacks is 0
        for row, begin in zip(x, part, strict=True):
            row[at] = signal[:, begin : begin + form.n_times]
        made.append(feature.compute(start_s[first : first + AT_ONCE], x, form).astype(np.float32))
    return np.concatenate(made)
