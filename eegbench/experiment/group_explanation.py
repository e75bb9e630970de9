"""Explain several finished runs together: the mean of their maps, in a folder of its own and as a run in MLflow."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from eegbench.experiment.finished import Finished
from eegbench.report.album import Album
from eegbench.report.console import print_place
from eegbench.report.group_maps import print_group_maps, shared_methods, write_group_maps
from eegbench.tracking.base import RunFacts, tracked

KIND, EXPLANATION = "kind", "explanation"


def explain_group(runs: Sequence[Finished]) -> None:
    """Write the mean maps of runs that have been explained to a folder beside them, and print where they are.

    Parameters
    ----------
    runs
        Runs whose maps are in their folders.

    Raises
    ------
    ValueError
        Where the runs have no method in common, or their maps cannot be averaged.
    """
    first = runs[0]
    folders, place = [one.folder for one in runs], first.asked.explained.folder
    methods = shared_methods(folders, place)
    if not methods:
        raise ValueError("these runs have no map in common; explain them with the same interpretability=[…].")
    beside = Path(os.path.commonpath([one.resolve().parent for one in folders]))
    folder = beside / f"explanation_{datetime.now():%Y-%m-%d_%H-%M-%S-%f}"
    album = Album(folder, first.asked.figures)
    table = write_group_maps(folders, place, methods, album)
    album.raise_failed()
    print_group_maps(table)
    facts = RunFacts(
        experiment=first.experiment.name,
        name=f"explanation of {len(runs)} runs",
        folder=folder,
        parameters={"runs": ", ".join(map(str, folders)), "methods": ", ".join(methods)},
        tags={KIND: EXPLANATION},
    )
    with tracked(first.experiment.tracker, facts) as run:
        similar = {f"explain/{row['method']}/similarity_of_runs": row["similarity"] for _, row in table.iterrows()}
        run.finish(metrics=similar, model=None)
    print_place(folder, run.link)
