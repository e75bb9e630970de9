"""Mean map of several runs, and its standard deviations between runs and between subjects."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float

from eegbench.atomic import read_arrays, read_parquet
from eegbench.config import read_json
from eegbench.interpretability import Attribution, Scene
from eegbench.interpretability.spread import Spread, mean_there, spread_of_runs, spread_of_subjects
from eegbench.interpretability.stored_map import StoredMap, stored_map
from eegbench.interpretability.subject_maps import SubjectMaps, stored_subject_maps
from eegbench.report.album import Album
from eegbench.report.attention_figures import plot_mean_attention
from eegbench.report.attribution_figures import Band, plot_attribution
from eegbench.report.group_difference import GroupDifference, mean_difference
from eegbench.report.heading import heading, in_brackets
from eegbench.report.spread_figures import plot_spread
from eegbench.score.render import plural


@dataclass(frozen=True)
class RunGroup:
    """Runs that differ only in their seeds or in their test subjects.

    Attributes
    ----------
    name
        Name that distinguishes the group from others; empty if there is one group.
    folders, seeds
        Folder and seed of each run.
    """

    name: str
    folders: tuple[Path, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class GroupMap:
    """Mean map of a method over the runs of a group.

    Attributes
    ----------
    attribution
        Mean map.
    scene
        Scene without windows, for figures that need channels and frequencies only.
    bands_hz
        Bands of scalp maps: name, lower and upper edge.
    difference
        Mean differences between the classes in the data.
    row
        Row of the table of groups, see `write_group_map`.
    """

    attribution: Attribution
    scene: Scene
    bands_hz: tuple[Band, ...]
    difference: GroupDifference
    row: Mapping[str, Any]


def file_name(name: str) -> str:
    """Return the name of the group as a part of a file name."""
    return re.sub(r"[^\w=-]+", "_", name)


def group_stem(place: str, group: str, name: str) -> str:
    """Return the start of the file names of a group's map; groups with a name have a folder of this name."""
    return "/".join(part for part in (place, file_name(group), name) if part)


def shared_methods(runs: Sequence[Path], place: str) -> list[str]:
    """Return the names of maps that all runs have, in alphabetical order.

    Parameters
    ----------
    runs
        Folders of finished runs.
    place
        Folder of their maps, relative to ``tables``.
    """
    found = [{path.stem for path in (run / "tables" / place).glob("*.json")} for run in runs]
    names = sorted(set.intersection(*found))
    return [name for name in names if all("map" in _facts(run, place, name) for run in runs)]


def write_group_map(group: RunGroup, place: str, method: str, album: Album, *, suffix: str = "") -> GroupMap:
    """Draw and save the mean map of a method over the runs of a group, and its standard deviations.

    If the maps of subjects are saved, those of each run are averaged first, and then the means of the runs. The error
    of the mean is the standard error over runs.

    Parameters
    ----------
    group
        Runs to average.
    place
        Folder of their maps, relative to ``tables``.
    method
        Name of a map that all runs have.
    album
        Collection to which figures and tables are added; those of a group with a name are in a folder of this name.
    suffix
        Suffix of the method's name: the name of the group of signals if there are several.

    Returns
    -------
    GroupMap
        Its ``row`` has ``group, method, n_runs, n_seeds, n_subjects, similarity``: the mean rank correlation of a run's
        map with the mean of the others', and the means of the runs' checks.

    Raises
    ------
    ValueError
        If the maps differ in their outputs, channels or places.
    """
    runs = group.folders
    facts = [_facts(run, place, method) for run in runs]
    stored = [
        stored_map(read_parquet(run / "tables" / place / f"{method}.parquet"), one["map"])
        for run, one in zip(runs, facts, strict=True)
    ]
    _check_alike(method, runs, stored)
    subjects = [_subjects(run, place, method) for run in runs]
    spread = _spread(stored, subjects)
    n_seeds = len(set(group.seeds))
    error = None if np.isnan(spread.standard_error).all() else spread.standard_error
    told = _told(stored[0].attribution, len(runs), n_seeds, subjects) + _absent(stored[0].attribution, spread.mean)
    mean = replace(stored[0].attribution, values=spread.mean, standard_error=error, p=None, used=told)
    bands = tuple((str(name), float(low), float(high)) for name, low, high in facts[0]["explain"]["bands_hz"])
    difference = mean_difference(runs, place, suffix, stored[0].group.n_channels)
    scene = _scene(stored[0], difference.freqs)
    stem = group_stem(place, group.name, method)
    title = in_brackets(f"{heading(method)}: mean over {plural(len(runs), 'run')}", _split(facts))
    title = f"{title}, {group.name}" if group.name else title
    about = {"runs": [str(run) for run in runs], "options": facts[0]["options"], "n_runs": len(runs)}
    album.add_data(stem, mean.table())
    album.add_facts(stem, about | {"group": group.name, "n_seeds": n_seeds, "n_subjects": spread.n_subjects})
    plot_attribution(mean, difference.values, scene, bands_hz=bands, title=title, stem=stem, album=album)
    plot_spread(spread, subjects, mean, scene, bands_hz=bands, title=title, stem=stem, album=album)
    tables = [run / "tables" / place for run in runs]
    plot_mean_attention(tables, method, mean, scene, title=title, stem=stem, album=album)
    counted = {"n_runs": len(runs), "n_seeds": n_seeds, "n_subjects": spread.n_subjects}
    row = {"group": group.name, "method": method, **counted, "similarity": _similarity(spread)} | _checks(facts)
    return GroupMap(mean, scene, bands, difference, row)


def print_group_maps(table: pd.DataFrame) -> None:
    """Print the similarity of the runs' maps, one line for each method and group."""
    print()
    for _, row in table.iterrows():
        alike = "–" if math.isnan(row["similarity"]) else f"{row['similarity']:.2f}"
        whose = f", {plural(row['n_subjects'], 'subject')}" if row["n_subjects"] else ""
        name = f"{row['method']} ({row['group']})" if row["group"] else row["method"]
        counted = f"{plural(row['n_runs'], 'run')} ({plural(row['n_seeds'], 'seed')}{whose})"
        print(f"{name}: mean over {counted}; rank correlation of a run's map with the others' mean {alike}")


def _facts(run: Path, place: str, method: str) -> dict[str, Any]:
    return read_json(run / "tables" / place / f"{method}.json")


def _subjects(run: Path, place: str, method: str) -> SubjectMaps | None:
    file = run / "tables" / place / f"{method}_subjects.npz"
    if not file.is_file():
        return None
    return stored_subject_maps(read_arrays(file))


def _spread(stored: Sequence[StoredMap], subjects: Sequence[SubjectMaps | None]) -> Spread:
    known = [one for one in subjects if one is not None]
    if len(known) < len(subjects):
        return spread_of_runs([one.attribution.values for one in stored])
    return spread_of_subjects([one.subjects for one in known], [one.values for one in known])


def _told(first: Attribution, n_runs: int, n_seeds: int, subjects: Sequence[SubjectMaps | None]) -> str:
    """Return the sentences of a caption about the numbers of runs, subjects and windows."""
    counted = f"{plural(n_runs, 'run')} with {plural(n_seeds, 'seed')}"
    known = [one for one in subjects if one is not None]
    names = {name for one in known for name in one.subjects}
    n_windows = sum(int(one.n_windows.sum()) for one in known)
    within = f", in each run over its subjects ({len(names)} in all, {plural(n_windows, 'window')})"
    options = f" Options: {first.setting}." if first.setting else ""
    return f"Mean over {counted}{within if len(known) == n_runs else ''}.{options}"


def _absent(first: Attribution, mean: Float[np.ndarray, "n_outputs n_channels n_places"]) -> str:
    """Return the sentence of a caption about channels that are missing from all windows."""
    names = [name for name, one in zip(first.channels, mean.swapaxes(0, 1), strict=True) if np.isnan(one).all()]
    return f" No used window has {', '.join(names)}." if names else ""


def _check_alike(method: str, runs: Sequence[Path], stored: Sequence[StoredMap]) -> None:
    """Raise a `ValueError` if maps cannot be averaged."""
    first = stored[0].attribution
    for run, one in zip(runs, stored, strict=True):
        other = one.attribution
        for name in ("measure", "setting", "axis", "outputs", "channels", "places"):
            if not np.array_equal(np.asarray(getattr(first, name)), np.asarray(getattr(other, name))):
                raise ValueError(
                    f"the maps of {method} in {runs[0]} and {run} differ in their {name}, so they have no mean; name "
                    "runs of the same classes, channels and windows, explained with the same options."
                )


def _similarity(spread: Spread) -> float:
    """Return the mean rank correlation of each run's map with the mean of the others, 0 if one is constant.

    NaN for one run.
    """
    values = [one.ravel() for one in spread.runs]
    found = []
    for i, own in enumerate(values if len(values) > 1 else ()):
        others = mean_there(np.stack([other for j, other in enumerate(values) if j != i]))
        known = np.isfinite(own) & np.isfinite(others)
        is_flat = known.any() and (np.ptp(own[known]) == 0 or np.ptp(others[known]) == 0)
        found.append(0.0 if is_flat else pd.Series(own[known]).corr(pd.Series(others[known]), method="spearman"))
    return float(np.mean(found)) if found else float("nan")


def _checks(facts: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    names = [name for name, value in facts[0].items() if isinstance(value, float)]
    return {name: float(np.mean([one.get(name, np.nan) for one in facts])) for name in names}


def _split(facts: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(str(one["split"]) for one in facts))


def _scene(stored: StoredMap, freqs: Float[np.ndarray, "n_freqs"]) -> Scene:
    """Return a scene without windows, for figures that need channels and frequencies only.

    Parameters
    ----------
    stored
        Saved map.
    freqs
        Frequencies of the maps in the pass band; they give the pass band if the saved map has none.
    """
    nothing = torch.zeros(0, stored.group.n_channels, stored.group.n_times)
    labels = np.zeros(0, dtype=np.int64)
    return Scene(
        torch.nn.Identity(),
        lambda part: nothing[part],
        labels,
        stored.attribution.outputs,
        stored.group,
        passed_hz=stored.passed_hz or (float(freqs.min()), float(freqs.max())),
    )
