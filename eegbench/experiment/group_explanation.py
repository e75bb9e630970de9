"""Mean maps of several finished runs, written to a new folder and logged as a run in MLflow."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from eegbench.experiment.documents import write_map_documents
from eegbench.experiment.explanation import suffix_of
from eegbench.experiment.finished_run import Finished
from eegbench.experiment.run_groups import group_runs
from eegbench.report.album import Album
from eegbench.report.console import print_place
from eegbench.report.group_maps import RunGroup, file_name, print_group_maps, shared_methods, write_group_map
from eegbench.report.heading import heading
from eegbench.report.spread_figures import plot_side_by_side
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
    methods = [name for name in shared_methods(folders, place) if name in asked]
    if not methods:
        raise ValueError("these runs have no map in common; explain them with the same interpretability=[…].")
    parent = Path(os.path.commonpath([one.resolve().parent for one in folders]))
    folder = parent / f"explanation_{datetime.now():%Y-%m-%d_%H-%M-%S-%f}"
    album = Album(folder, first.asked.figures)
    groups = group_runs(runs)
    table = pd.DataFrame([row for method in methods for row in _write_method(groups, place, method, album)])
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
    )
    if first.not_tracked:
        print_place(folder, first.not_tracked)
        return
    with tracked(first.experiment.tracker, facts) as run:
        run.finish(metrics=_metrics(table), model=None)
    print_place(folder, run.link)


def _asked_maps(run: Finished) -> set[str]:
    """Return the names of the maps of the methods that this command asked for; earlier maps are not among them."""
    groups = run.experiment.preprocessing.signal.model_groups
    return {f"{method}{suffix_of(group, groups)}" for method in run.asked.methods for group in groups}


def _write_method(groups: Sequence[RunGroup], place: str, method: str, album: Album) -> list[dict[str, object]]:
    """Plot and write the mean map of each group, and a figure of all of them; return their rows of the table."""
    made = {group.name: write_group_map(group, place, method, album) for group in groups}
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
    return [dict(one.row) for one in made.values()]


def _metrics(table: pd.DataFrame) -> dict[str, float]:
    """Return the similarity of the runs of each group, by its name in MLflow."""
    names = table["method"] + table["group"].map(lambda name: f"/{file_name(name)}" if name else "")
    return {
        f"explain/{name}/similarity_of_runs": float(of) for name, of in zip(names, table["similarity"], strict=True)
    }
