"""Mean maps of several finished runs, written to a new folder and logged as a run in MLflow."""

import math
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from eegbench.experiment.documents import write_map_documents
from eegbench.experiment.explanation import suffix_of
from eegbench.experiment.finished_run import Finished
from eegbench.experiment.run_groups import group_runs
from eegbench.report.album import Album
from eegbench.report.attribution_figures import plot_difference
from eegbench.report.console import print_place
from eegbench.report.group_difference import DIFFERENCE
from eegbench.report.group_maps import (
    GroupMap,
    RunGroup,
    file_name,
    group_stem,
    print_group_maps,
    shared_methods,
    write_group_map,
)
from eegbench.report.heading import heading
from eegbench.report.spread_figures import plot_side_by_side
from eegbench.score.render import plural
from eegbench.tracking.base import RunFacts, tracked

KIND, EXPLANATION = "kind", "explanation"


def explain_group(runs: Sequence[Finished]) -> None:
    """Write the mean maps of the methods that were asked for to a new folder next to the runs, and print its path.

    Runs that differ only in their seeds or test subjects form a group; maps are averaged within each group.

    Parameters
    ----------
    runs
        Explained runs, with maps in their folders.

    Raises
    ------
    ValueError
        If the runs have no map in common, or if the maps of a group cannot be averaged.
    """
    first = runs[0]
    folders, place = [one.folder for one in runs], first.asked.explained.folder
    asked = _asked_maps(first)
    methods = {name: asked[name] for name in shared_methods(folders, place) if name in asked}
    if not methods:
        raise ValueError("these runs have no map in common; explain them with the same interpretability=[…].")
    parent = Path(os.path.commonpath([one.resolve().parent for one in folders]))
    folder = parent / f"explanation_{datetime.now():%Y-%m-%d_%H-%M-%S-%f}"
    album = Album(folder, first.asked.figures)
    groups = group_runs(runs)
    made = {name: _write_method(groups, place, name, suffix, album) for name, suffix in methods.items()}
    for suffix in dict.fromkeys(methods.values()):
        _write_differences(next(made[name] for name in made if methods[name] == suffix), place, suffix, album)
    table = pd.DataFrame([dict(one.row) for of_method in made.values() for one in of_method.values()])
    album.add_table(f"{place}/group", table)
    about = (
        f"Maps of {len(folders)} runs were averaged within {len(groups)} group(s) of runs that differ only in seeds or "
        "subjects; standard errors of means are over runs. For each run:"
    )
    write_map_documents(folders[0] / "tables" / place, folder, about)
    album.raise_failed()
    print_group_maps(table)
    facts = RunFacts(
        experiment=first.experiment.name,
        name=f"explanation of {len(runs)} runs",
        folder=folder,
        parameters={"runs": ", ".join(map(str, folders)), "methods": ", ".join(methods)},
        tags={KIND: EXPLANATION},
        source="eegbench explain",
    )
    if first.not_tracked:
        print_place(folder, first.not_tracked)
        return
    with tracked(first.experiment.tracker, facts) as run:
        run.finish(metrics=_metrics(table), model=None)
    print_place(folder, run.link)


def _asked_maps(run: Finished) -> dict[str, str]:
    """Return the names of the maps that this command asked for, with their suffixes; earlier maps are not among them.

    The suffix of a name is that of the group of signals, see `eegbench.experiment.explanation.suffix_of`.
    """
    groups = run.experiment.preprocessing.signal.model_groups
    return {f"{name}{end}": end for name in run.asked.methods for end in (suffix_of(group, groups) for group in groups)}


def _write_method(
    groups: Sequence[RunGroup], place: str, method: str, suffix: str, album: Album
) -> dict[str, GroupMap]:
    """Plot and write the mean map of each group, and a figure of all of them; return them by the groups' names."""
    made = {group.name: write_group_map(group, place, method, album, suffix=suffix) for group in groups}
    if len(made) > 1:
        first = next(iter(made.values()))
        plot_side_by_side(
            {name: one.attribution for name, one in made.items()},
            first.scene,
            bands_hz=first.bands_hz,
            title=f"{heading(method)}: {len(made)} groups of runs",
            stem=f"{place}/{method}_groups",
            album=album,
        )
    return made


def _write_differences(made: Mapping[str, GroupMap], place: str, suffix: str, album: Album) -> None:
    """Plot and write the mean differences between the classes in the data of each group, by its name."""
    for name, one in made.items():
        told = f"Differences between classes in the data: mean over {plural(one.row['n_runs'], 'run')}"
        plot_difference(
            one.difference.values,
            one.scene,
            title=f"{told}, {name}" if name else told,
            stem=group_stem(place, name, f"{DIFFERENCE}{suffix}"),
            album=album,
        )


def _metrics(table: pd.DataFrame) -> dict[str, float]:
    """Return the similarity of the runs of each group and the means of their checks, by their names in MLflow."""
    names = table["method"] + table["group"].map(lambda name: f"/{file_name(name)}" if name else "")
    numbers = table.drop(columns=["method", "group", "n_runs", "n_seeds", "n_subjects"])
    numbers = numbers.rename(columns={"similarity": "similarity_of_runs"})
    return {
        f"explain/{name}/{column}": float(of)
        for column, values in numbers.items()
        for name, of in zip(names, values, strict=True)
        if not math.isnan(of)
    }
