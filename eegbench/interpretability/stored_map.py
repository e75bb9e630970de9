"""Map on disk: a table of its values, and a JSON file with all other facts for figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from eegbench.interpretability.base import Attribution
from eegbench.types import EVERY_HZ, Group


@dataclass(frozen=True)
class StoredMap:
    """A map read from disk.

    Attributes
    ----------
    attribution
        Map in the form that figures draw.
    group
        Group of signals of the map.
    passed_hz
        Pass band of the signals in Hz; None in files of versions that did not store it.
    """

    attribution: Attribution
    group: Group
    passed_hz: tuple[float, float] | None = None


def map_facts(attribution: Attribution, group: Group, passed_hz: tuple[float, float] = EVERY_HZ) -> dict[str, Any]:
    """Return the facts of a map other than its values, for JSON.

    Parameters
    ----------
    attribution
        Map in the form that figures draw.
    group
        Group of signals of the map.
    passed_hz
        Pass band of the signals in Hz.
    """
    return {
        "measure": attribution.measure,
        "axis": attribution.axis,
        "outputs": list(attribution.outputs),
        "channels": list(attribution.channels),
        "is_by_class": attribution.is_by_class,
        "is_signed": attribution.is_signed,
        "bands_hz": None if attribution.bands_hz is None else _without_nan(attribution.bands_hz),
        "setting": attribution.setting,
        "used": attribution.used,
        "passed_hz": _without_nan(np.array([passed_hz]))[0],
        "group": {
            "channels": list(group.channels),
            "sfreq": group.sfreq,
            "n_times": group.n_times,
            "positions": _without_nan(group.positions),
        },
    }


def stored_map(table: pd.DataFrame, facts: Mapping[str, Any]) -> StoredMap:
    """Return a map from its table and the output of `map_facts`.

    Raises
    ------
    KeyError, ValueError
        If the table does not have these outputs and channels.
    """
    outputs, channels, known = tuple(facts["outputs"]), tuple(facts["channels"]), facts["group"]
    places = table[facts["axis"]].iloc[: len(table) // (len(outputs) * len(channels))]
    shape = (len(outputs), len(channels), len(places))
    error = table["standard_error"].to_numpy().reshape(shape) if "standard_error" in table else None
    bands = facts["bands_hz"]
    attribution = Attribution(
        values=table["value"].to_numpy(dtype=np.float64).reshape(shape),
        measure=facts["measure"],
        axis=facts["axis"],
        places=tuple(places) if facts["axis"] == "band" else places.to_numpy(dtype=np.float64),
        outputs=outputs,
        channels=channels,
        standard_error=error,
        is_by_class=facts["is_by_class"],
        is_signed=facts.get("is_signed", True),
        bands_hz=None if bands is None else _with_nan(bands, np.inf),
        setting=facts["setting"],
        used=facts.get("used", ""),
    )
    positions = _with_nan(known["positions"], np.nan)
    group = Group(tuple(known["channels"]), known["sfreq"], known["n_times"], positions)
    if "passed_hz" not in facts:
        return StoredMap(attribution, group)
    low, high = facts["passed_hz"]
    return StoredMap(attribution, group, (low, EVERY_HZ[1] if high is None else high))


def _without_nan(values: np.ndarray) -> list[list[float | None]]:
    return [[float(one) if np.isfinite(one) else None for one in row] for row in values]


def _with_nan(rows: list[list[float | None]], missing: float) -> np.ndarray:
    return np.array([[missing if one is None else one for one in row] for row in rows], dtype=np.float64)
