"""Command for the table of a multirun: folds are pooled, other options that varied are compared."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eegbench.atomic import read_parquet
from eegbench.comparison import pool
from eegbench.comparison.groups import SEEDS
from eegbench.comparison.tested_run import FOLD
from eegbench.config import read_json
from eegbench.inference.model_folder import NETWORK
from eegbench.report.multirun_table import TableOf
from eegbench.sweep.sweep_context import SWEEP, option_name
from eegbench.tracking.database import default_place
from eegbench.tracking.record import RECORD

OUTPUTS = Path("outputs")
"""Default location of runs in ``eegbench compare``."""


DEFAULT_BY = ("task", "model")
"""Default grouping of ``eegbench compare``."""

NOT_IN_MLFLOW = "none, as eegbench compare reads runs from MLflow, and these runs are not in it (tracking=folder)"


@dataclass(frozen=True)
class Next:
    """Command for the table of a multirun.

    Attributes
    ----------
    command
        The command, or the reason why there is none.
    table
        Options of the table; None if folds were pooled, or if there is no table.
    """

    command: str
    table: TableOf | None = None


def next_command(folder: Path, varied: Sequence[str], outputs: Path) -> Next | None:
    """Return the command for the table of a multirun, or the reason why there is none; None if neither is useful.

    Seeds are replicates and folds are pooled. The table has a row for each combination of the other options that
    varied. There is no table of several datasets. Without MLflow there is one only if nothing but seeds and folds
    varied.

    Parameters
    ----------
    folder
        Folder of the multirun.
    varied
        Keys that vary.
    outputs
        Outputs folder.
    """
    runs = pool.find_runs([folder])
    names = [option_name(key) for key in varied]
    if len(runs) < 2 or any(name.partition(".")[0] == "dataset" for name in names):
        return None
    record = folder / SWEEP / RECORD
    if names == [FOLD] or (not record.is_file() and set(names) <= {FOLD, *SEEDS}):
        return Next(shlex.join(["eegbench", "pool", str(folder)]))
    if not record.is_file():
        return Next(NOT_IN_MLFLOW)
    by = [name for name in names if name not in (*SEEDS, FOLD)]
    grouped = ["--group-by", ",".join(by)] if by else []
    probe, uri = _probe(runs[0]), str(read_json(record)["uri"])
    named = ["--probe", probe] if probe else []
    words = ["--parent", str(folder), *grouped, *named, *_place(uri, outputs)]
    elsewhere = None if uri == default_place(outputs).public_uri else uri
    table = TableOf(folder, tuple(by) or DEFAULT_BY, probe, outputs, elsewhere)
    return Next(shlex.join(["eegbench", "compare", *words]), table)


def _probe(run: Path) -> str | None:
    """Return the name of the supervised network, if there is one; its scores are shown instead of the probe's."""
    there = read_parquet(run / pool.PREDICTIONS, only=["probe"])["probe"]
    return NETWORK if (there == NETWORK).any() else None


def _place(uri: str, outputs: Path) -> list[str]:
    """Return the option for the location of the runs in MLflow; empty for the default location."""
    if uri == default_place(OUTPUTS).public_uri:
        return []
    return ["--outputs", str(outputs)] if uri == default_place(outputs).public_uri else ["--tracking-uri", uri]
