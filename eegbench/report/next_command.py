"""Which command makes the table of a multirun: its folds pooled, or what varied compared."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from eegbench.comparison import pool
from eegbench.comparison.groups import SEEDS
from eegbench.comparison.tested import FOLD
from eegbench.config import read_json
from eegbench.inference.model_folder import NETWORK
from eegbench.report.multirun_table import TableOf
from eegbench.sweep.sweep_context import SWEEP, option_name
from eegbench.tracking.database import default_place
from eegbench.tracking.record import RECORD

OUTPUTS = Path("outputs")
"""Where ``eegbench compare`` looks by itself."""


DEFAULT_BY = ("task", "model")
"""What ``eegbench compare`` groups by where nothing is named."""

NOT_IN_MLFLOW = "none, as eegbench compare reads runs from MLflow, and these are in folders alone (tracking=folder)"


@dataclass(frozen=True)
class Next:
    """What makes the table of a multirun.

    Attributes
    ----------
    command
        The command, or why there is none.
    table
        What the command's table is of; None where folds were pooled, or there is no table.
    """

    command: str
    table: TableOf | None = None


def next_command(folder: Path, varied: Sequence[str], outputs: Path) -> Next | None:
    """Return what makes the table of a multirun, or why nothing does; None where there is nothing to say.

    Seeds are replicates and folds pool, so a table has a row for each value of everything else that varied. There is no
    table of several datasets. Runs that MLflow does not keep have one where nothing but seeds and folds varied.

    Parameters
    ----------
    folder
        Of the multirun.
    varied
        The keys that vary.
    outputs
        The outputs folder.
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
    """Name the network that was trained with labels, where there is one: a multirun is about it, not about probes."""
    there = pd.read_parquet(run / pool.PREDICTIONS, columns=["probe"])["probe"]
    return NETWORK if (there == NETWORK).any() else None


def _place(uri: str, outputs: Path) -> list[str]:
    """Say where MLflow keeps the runs, where it is not the usual place."""
    if uri == default_place(OUTPUTS).public_uri:
        return []
    return ["--outputs", str(outputs)] if uri == default_place(outputs).public_uri else ["--tracking-uri", uri]
