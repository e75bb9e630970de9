"""Selection of the runs of a comparison; runs without predictions to compare are left out and counted."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from eegbench.comparison.tested_run import Tested, read_tested
from eegbench.tracking.database import find_place
from eegbench.tracking.finished_runs import Archive, parent_id


@dataclass(frozen=True)
class Selection:
    """Selection of runs; runs must fulfil all given conditions.

    Attributes
    ----------
    outputs
        The outputs folder.
    tracking_uri
        URI of another database or server; None for the database in the outputs folder.
    experiment, parent, filter
        Name of an MLflow experiment, id or folder of a sweep, filter of MLflow; None for any.
    split
        Split to compare.
    probe
        Name of the probe to compare; None for the main probe of each run.
    """

    outputs: Path
    tracking_uri: str | None
    experiment: str | None
    parent: str | None
    filter: str | None
    split: str
    probe: str | None


def select_runs(asked: Selection) -> tuple[list[Tested], Counter[str]]:
    """Return the runs that can be compared, and count the others by the reason why they cannot.

    Raises
    ------
    ValueError
        If no run can be compared.
    FileNotFoundError
        If there is no database or sweep of this name.
    """
    place = find_place(asked.tracking_uri, asked.outputs)
    with TemporaryDirectory() as aside:
        archive = Archive(place, Path(aside))
        parent = parent_id(asked.parent, place) if asked.parent else None
        found = archive.find(experiment=asked.experiment, parent=parent, filter_=asked.filter)
        runs, left_out = read_tested(archive, found, asked.split, asked.probe)
    if not runs:
        reasons = ", ".join(f"{n} {reason}" for reason, n in left_out.most_common())
        raise ValueError(
            f"no finished runs with predictions on {asked.split} match the selection"
            f"{f' ({reasons})' if reasons else ''}; show all runs with: eegbench ui"
        )
    return runs, left_out
