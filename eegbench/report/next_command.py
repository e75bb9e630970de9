"""Which command makes the table of a multirun: its folds pooled, or what varied compared."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from eegbench.comparison import pool
from eegbench.comparison.groups import SEEDS
from eegbench.comparison.tested import FOLD
from eegbench.config import read_json
from eegbench.inference.model_folder import NETWORK
from eegbench.sweep.sweep_context import SWEEP, option_name
from eegbench.tracking.database import default_place
from eegbench.tracking.mlflow import RECORD

OUTPUTS = Path("outputs")
"""Where ``eegbench compare`` looks by itself."""


NOT_IN_MLFLOW = "none, as eegbench compare reads runs from MLflow, and these are in folders alone (tracking=folder)"


def next_command(folder: Path, varied: Sequence[str], outputs: Path) -> str | None:
    """Return the command that makes the table of a multirun, or why there is none; None where there is nothing to say.

    Seeds are replicates and folds pool, so a table has a row for each value of everything else that varied. There is no
    table of several datasets, and none of runs that MLflow does not keep.

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
    if names == [FOLD]:
        return shlex.join(["eegbench", "pool", str(folder)])
    record = folder / SWEEP / RECORD
    if not record.is_file():
        return NOT_IN_MLFLOW
    by = [name for name in names if name not in (*SEEDS, FOLD)]
    grouped = ["--group-by", ",".join(by)] if by else []
    words = ["--parent", str(folder), *grouped, *_probe(runs[0]), *_place(record, outputs)]
    return shlex.join(["eegbench", "compare", *words])


def _probe(run: Path) -> list[str]:
    """Name the network that was trained with labels, where there is one: a multirun is about it, not about probes."""
    there = pd.read_parquet(run / pool.PREDICTIONS, columns=["probe"])["probe"]
    return ["--probe", NETWORK] if (there == NETWORK).any() else []


def _place(record: Path, outputs: Path) -> list[str]:
    """Say where MLflow keeps the runs, where it is not the usual place."""
    uri = str(read_json(record)["uri"])
    if uri == default_place(OUTPUTS).public_uri:
        return []
    return ["--outputs", str(outputs)] if uri == default_place(outputs).public_uri else ["--tracking-uri", uri]
