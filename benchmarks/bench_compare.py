"""A sweep of thousands of finished runs: find them in MLflow, read their predictions, and compare them in one table.

Run ``python benchmarks/bench_compare.py [--settings 50] [--seeds 100]`` from the repository's root. One run is made.
The others are copies of its rows in MLflow's database, with another setting and seed, and of its files, in which some
predictions are exchanged. This is not measured. The measured command writes its tables, figures and pages.
"""

import argparse
import contextlib
import io
import json
import resource
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from side_by_side import count, seconds

from eegbench.__main__ import main as eegbench

SETTING = "sampler.tau_pos_s"
N_SKILLS = 10
"""Number of different tables of predictions; each setting has one of them for each seed."""

OF_RUN = ("params", "tags")
"""Tables of MLflow with rows of a run that a comparison reads."""


def main() -> None:
    """Make the sweep, compare it, and print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", type=count, default=50, help="groups of the table")
    parser.add_argument("--seeds", type=count, default=100, help="runs of each group")
    parser.add_argument("--hours", type=count, default=1, help="duration of each of the 14 recordings")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outputs = Path(folder)
        rows = make_sweep(outputs, given.settings, given.seeds, given.hours)
        before = time.process_time()
        taken = seconds(lambda: compare(outputs))
        used = time.process_time() - before
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{given.settings * given.seeds:,} runs with {rows:,} predictions each compared in {taken:.1f} s "
        f"({used:.1f} s of computing; the process had {more:,.0f} MB at most)"
    )


def make_sweep(outputs: Path, n_settings: int, n_seeds: int, hours: int) -> int:
    """Make a run and its copies in an outputs folder; return the number of rows of each table of predictions."""
    words = [f"dataset.hours={hours}", "trainer.max_passes=0", "figures=[]", "device=cpu", "name=swept"]
    words += ["sampler.n_pairs=60", "sampler.tau_neg_s=600", f"paths.outputs={outputs}"]
    with contextlib.redirect_stdout(io.StringIO()):
        assert eegbench(["train", *words]) == 0
    (run,) = outputs.glob("runs/*")
    kept = outputs / "mlartifacts" / json.loads((run / "tracking.json").read_text())["run_id"] / "artifacts"
    table = pd.read_parquet(kept / "predictions.parquet")
    for skill in range(N_SKILLS):
        exchanged(table, skill).to_parquet(outputs / f"{skill}.parquet", index=False)
    copies = [(f"{a:016x}{b:016x}", a, b) for a in range(n_settings) for b in range(n_seeds)]
    for id_, setting, seed in copies:
        files = outputs / "mlartifacts" / id_ / "artifacts"
        files.mkdir(parents=True)
        (files / "summary.json").write_bytes((kept / "summary.json").read_bytes())
        predictions = outputs / f"{(setting + seed) % N_SKILLS}.parquet"
        (files / "predictions.parquet").write_bytes(predictions.read_bytes())
    with contextlib.closing(sqlite3.connect(outputs / "mlflow.db")) as database:
        copy_rows(database, kept.parent.name, copies)
    return len(table)


def exchanged(table: pd.DataFrame, skill: int) -> pd.DataFrame:
    """Return predictions, some of which are replaced by the label: more with a higher skill."""
    chosen = np.random.default_rng(skill).random(len(table)) < skill / 20
    return table.assign(predicted=table["predicted"].where(~chosen, table["label"]))


def copy_rows(database: sqlite3.Connection, original: str, copies: list[tuple[str, int, int]]) -> None:
    """Copy the rows of a run for each (id, setting, seed)."""
    database.row_factory = sqlite3.Row
    for name in ("runs", *OF_RUN):
        rows = [dict(row) for row in database.execute(f"select * from {name} where run_uuid = ?", (original,))]
        columns = list(rows[0])
        marks = ", ".join("?" * len(columns))
        made = (
            tuple(changed(name, row, *copy, original)[column] for column in columns) for copy in copies for row in rows
        )
        database.executemany(f"insert into {name} ({', '.join(columns)}) values ({marks})", made)
        database.execute(f"delete from {name} where run_uuid = ?", (original,))
    database.commit()


def changed(name: str, row: dict[str, object], id_: str, setting: int, seed: int, original: str) -> dict[str, object]:
    """Return a row of a copy."""
    row = row | {"run_uuid": id_}
    if name == "runs":
        row["artifact_uri"] = str(row["artifact_uri"]).replace(original, id_)
    if name == "params":
        row["value"] = {SETTING: str(60 + setting), "seed": str(seed)}.get(str(row["key"]), row["value"])
    return row


def compare(outputs: Path) -> None:
    """Compare all runs, without output on the terminal."""
    words = ["--experiment", "swept", "--group-by", SETTING, "--into", str(outputs / "compared"), "--no-log"]
    with contextlib.redirect_stdout(io.StringIO()):
        assert eegbench(["compare", "--outputs", str(outputs), *words]) == 0


if __name__ == "__main__":
    main()
