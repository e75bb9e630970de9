"""The maps of several runs as one: their mean, and how far runs differ."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float

from eegbench.config import read_json
from eegbench.interpretability import Attribution, Scene
from eegbench.interpretability.stored_map import StoredMap, stored_map
from eegbench.report.album import Album
from eegbench.report.attribution_figures import Band, plot_attribution

DIFFERENCE = "class_difference"


def shared_methods(runs: Sequence[Path], place: str) -> list[str]:
    """Return the names of maps that all runs have, in order of the alphabet.

    Parameters
    ----------
    runs
        Folders of finished runs.
    place
        Where their maps are, below ``tables``.
    """
    found = [{path.stem for path in (run / "tables" / place).glob("*.json")} for run in runs]
    names = sorted(set.intersection(*found))
    return [name for name in names if all("map" in _facts(run, place, name) for run in runs)]


def write_group_maps(runs: Sequence[Path], place: str, methods: Sequence[str], album: Album) -> pd.DataFrame:
    """Draw the mean map of each method over runs, and return how alike their maps are.

    The error of a mean is the standard error over runs. They may differ in their seeds, in whom they test, or in both.

    Parameters
    ----------
    runs
        Folders of finished runs.
    place
        Where their maps are, below ``tables``.
    methods
        Names of maps that all have.
    album
        Takes figures and tables.

    Returns
    -------
    pandas.DataFrame
        ``method, n_runs, similarity``: the mean rank correlation of a run's map with the mean of the others', and the
        means of the runs' checks.

    Raises
    ------
    ValueError
        Where maps of a method are not of the same outputs, channels and places.
    """
    rows = []
    for method in methods:
        facts = [_facts(run, place, method) for run in runs]
        stored = [
            stored_map(pd.read_parquet(run / "tables" / place / f"{method}.parquet"), one["map"])
            for run, one in zip(runs, facts, strict=True)
        ]
        _check_alike(method, runs, stored)
        mean = _mean([one.attribution for one in stored])
        bands: list[Band] = [
            (str(name), float(low), float(high)) for name, low, high in facts[0]["explain"]["bands_hz"]
        ]
        about = {"runs": [str(run) for run in runs], "options": facts[0]["options"], "n_runs": len(runs)}
        album.add_data(f"{place}/{method}", mean.table())
        album.add_facts(f"{place}/{method}", about)
        title = f"{method.replace('_', ' ').capitalize()}: mean over {len(runs)} runs ({_split(facts)})"
        scene, differs = _scene(stored[0]), _difference(runs, place, stored[0])
        plot_attribution(mean, differs, scene, bands_hz=bands, title=title, stem=f"{place}/{method}", album=album)
        rows.append({"method": method, "n_runs": len(runs), "similarity": _similarity(stored)} | _checks(facts))
    table = pd.DataFrame(rows)
    album.add_table(f"{place}/group", table)
    return table


def print_group_maps(table: pd.DataFrame) -> None:
    """Print how alike the maps of several runs are, a method a line."""
    print()
    for _, row in table.iterrows():
        alike = "–" if math.isnan(row["similarity"]) else f"{row['similarity']:.2f}"
        told = f"mean over {row['n_runs']} runs; rank correlation of a run's map with the others' mean {alike}"
        print(f"{row['method']}: {told}")


def _facts(run: Path, place: str, method: str) -> dict[str, Any]:
    return read_json(run / "tables" / place / f"{method}.json")


def _check_alike(method: str, runs: Sequence[Path], stored: Sequence[StoredMap]) -> None:
    """Refuse maps that cannot be averaged."""
    first = stored[0].attribution
    for run, one in zip(runs, stored, strict=True):
        other = one.attribution
        for name in ("measure", "axis", "outputs", "channels", "places"):
            if not np.array_equal(np.asarray(getattr(first, name)), np.asarray(getattr(other, name))):
                raise ValueError(
                    f"the maps of {method} in {runs[0]} and {run} differ in their {name}, so they have no mean; name "
                    "runs of the same classes, channels and windows, explained with the same options."
                )


def _mean(maps: Sequence[Attribution]) -> Attribution:
    """Return the mean over maps where they are defined, with the standard error over them."""
    values = np.stack([one.values for one in maps])
    n = np.isfinite(values).sum(axis=0)
    mean = np.where(n > 0, np.nansum(values, axis=0) / np.maximum(n, 1), np.nan)
    squares = np.nansum((values - mean) ** 2, axis=0) / np.maximum(n - 1, 1)
    error = np.where(n > 1, np.sqrt(squares / np.maximum(n, 1)), np.nan)
    return replace(maps[0], values=mean, standard_error=error, p=None)


def _similarity(stored: Sequence[StoredMap]) -> float:
    """Return the mean rank correlation of each map with the mean of the others; NaN for one run."""
    values = [one.attribution.values.ravel() for one in stored]
    found = []
    for i, own in enumerate(values if len(values) > 1 else ()):
        others = np.mean([other for j, other in enumerate(values) if j != i], axis=0)
        known = np.isfinite(own) & np.isfinite(others)
        found.append(pd.Series(own[known]).corr(pd.Series(others[known]), method="spearman"))
    return float(np.mean(found)) if found else float("nan")


def _checks(facts: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    names = [name for name, value in facts[0].items() if isinstance(value, float)]
    return {name: float(np.mean([one.get(name, np.nan) for one in facts])) for name in names}


def _split(facts: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(str(one["split"]) for one in facts))


def _scene(stored: StoredMap) -> Scene:
    """Return a scene without windows, for figures that ask for channels and frequencies alone."""
    nothing = torch.zeros(0, stored.group.n_channels, stored.group.n_times)
    labels = np.zeros(0, dtype=np.int64)
    return Scene(torch.nn.Identity(), lambda part: nothing[part], labels, stored.attribution.outputs, stored.group)


def _difference(
    runs: Sequence[Path], place: str, stored: StoredMap
) -> Float[np.ndarray, "n_classes n_channels n_freqs"]:
    """Return the mean of what differs in the data of each run."""
    n_freqs = stored.group.n_times // 2 + 1
    tables = [pd.read_parquet(run / "tables" / place / f"{DIFFERENCE}.parquet") for run in runs]
    values = np.mean([table["value"].to_numpy(dtype=np.float64) for table in tables], axis=0)
    return np.asarray(values.reshape(-1, stored.group.n_channels, n_freqs))
