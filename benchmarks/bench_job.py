"""The whole job beside the peer's: six nights of 9 h, pretext, embedding, probe.

Run ``make bench-peer-env`` once, then ``python benchmarks/bench_job.py --repeats 3`` from the repository's root. Each
repeat runs, in turn, braindecode with skorch (`benchmarks/peer/relative_positioning.py`) and `eegbench train`, in an
empty folder and with the store built, as it comes and without the figures and MLflow that the peer's program has not:
the same EDF files, split, batches and number of steps. Where torch sees a GPU, both train on it. Times of whole jobs
are those of whole processes.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from side_by_side import ROOT, composed, count, ratios, shown, tell_gpu, with_words

from eegbench.config import build, read_plain
from eegbench.dataset import Dataset
from eegbench.environment import choose_device, keep_freed_memory
from eegbench.experiment.data import open_data
from eegbench.experiment.options import stored_experiment
from eegbench.inference.embedding import embed
from eegbench.inference.network import load_network

PEER = ROOT / ".venv-peer" / "bin" / "python"
WORDS = [
    "dataset.n_subjects=6",
    "dataset.hours=9.0",
    "split.valid_subjects=['03']",
    "split.test_subjects=['04','05']",
    "preprocessing.normalise=recording",
    "sampler.n_pairs=250",
    "trainer.lr=5e-3",
    "trainer.batch_size=128",
    "trainer.short_batch=drop",
    "trainer.max_passes=25",
    "trainer.patience=null",
]
"""The tutorial's sizes, on more nights."""

SWEEP = [
    "name=sweep",
    "seed=10,11,12,13,14,15,16,17",
    "hydra/launcher=joblib",
    f"hydra.launcher.n_jobs={os.cpu_count()}",
]
"""Eight trials, one a core at a time."""


ALIKE = ["figures=[]", "tracking=folder"]
"""What leaves out figures and MLflow; controls stay."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=count, default=3)
    parser.add_argument("--sweep", action="store_true", help="also a sweep of 8 trials, beside 8 of the peer's runs")
    given, words = with_words(parser)
    if not PEER.is_file():
        sys.exit("the peer is not installed; run make bench-peer-env")
    folder = Path(tempfile.mkdtemp(prefix="eegbench-bench-"))
    try:
        found = [measure(folder, words, number, given) for number in range(given.repeats)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tell(found)
    tell_gpu()


def measure(folder: Path, words: list[str], number: int, given: argparse.Namespace) -> dict[str, float]:
    """Run everything once; the order changes from repeat to repeat."""
    nights = folder / "nights"
    build(nights_of(nights), Dataset).recordings()
    outputs = folder / f"outputs-{number}"
    row: dict[str, float] = {}
    jobs = [lambda: peer(nights, number), lambda: ours(outputs, nights, words, number, given.sweep)]
    for job in jobs if number % 2 == 0 else reversed(jobs):
        row |= job()
    print(json.dumps(row), flush=True)
    shutil.rmtree(outputs)
    return row


def nights_of(folder: Path) -> dict[str, object]:
    """Return the node of the dataset: six nights of 9 h."""
    words = (
        "dataset=simulated_sleep",
        "dataset.n_subjects=6",
        "dataset.hours=9.0",
        "dataset.version=1",
        f"dataset.root={folder}",
    )
    node: dict[str, object] = composed(*words)["dataset"]
    return node


def peer(nights: Path, seed: int) -> dict[str, float]:
    """Run the peer's program."""
    split = ["--train", "0", "1", "2", "--valid", "3", "--test", "4", "5"]
    split += ["--device", "cuda" if torch.cuda.is_available() else "cpu"]  # as ours does with device=auto
    began = time.perf_counter()
    done = run([str(PEER), str(ROOT / "benchmarks/peer/relative_positioning.py"), str(nights), *split, "--seed", seed])
    whole = time.perf_counter() - began
    said = json.loads(done.splitlines()[-1])
    return {
        "peer job": whole,
        "peer pairs/s": said["pairs"] / said["seconds"]["training"],
        "peer windows/s": said["windows"] / said["seconds"]["embedding"],
        "peer score": said["score"],
        "peer pairs": said["pairs"],
    }


def ours(outputs: Path, nights: Path, words: list[str], seed: int, sweep: bool) -> dict[str, float]:
    """Run ours in an empty folder, then with the store built."""
    command = [sys.executable, "-m", "eegbench", "train", *WORDS, f"dataset.root={nights}", f"paths.outputs={outputs}"]
    row = {}
    for name, more in (("cold", []), ("built", []), ("built-alike", ALIKE), ("cold-alike", ALIKE)):
        if name == "cold-alike":
            shutil.rmtree(outputs / "stores")
        row[f"our {name} job"] = timed([*command, f"seed={seed}", f"name={name}", *more, *words])
    folder = next((outputs / "runs").glob("*_built"))
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    row["our pairs/s"] = summary["n_examples"] / summary["train_seconds"]
    row["our windows/s"] = embedding_rate(folder)
    row["our score"] = summary["metrics"][f"test/{summary['main_probe']}/balanced_accuracy"]
    row["our pairs"] = summary["n_examples"]
    if sweep:
        row["our sweep"] = timed([*command, "-m", *SWEEP, *words])
        row["our sweep-alike"] = timed([*command, "-m", *SWEEP, "name=alike", *ALIKE, *words])
    return row


def timed(command: list[object]) -> float:
    """Return the seconds that a program takes."""
    began = time.perf_counter()
    run(command)
    return time.perf_counter() - began


def embedding_rate(folder: Path) -> float:
    """Return the windows a second that a finished run's encoder embeds, the first use left out."""
    keep_freed_memory()  # as a run does
    experiment = stored_experiment(read_plain(folder / "config.yaml"), [], folder)
    device = choose_device(experiment.device)
    data = open_data(experiment, device)
    encoder = load_network(folder / "model").encoder.to(device)
    rows = data.store.table.index.to_numpy()
    embed(encoder, data.store, rows[:1000])
    began = time.perf_counter()
    embed(encoder, data.store, rows)
    return len(rows) / (time.perf_counter() - began)


def run(command: list[object]) -> str:
    """Run a program, and return what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([str(word) for word in command], cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout


def tell(found: list[dict[str, float]]) -> None:
    """Print medians, and ratios pair by pair."""
    columns = {name: [row[name] for row in found] for name in found[0]}
    lines = [
        ("whole job, cold store, s", "our cold job", "peer job", 1, False),
        ("whole job, store built, s", "our built job", "peer job", 1, False),
        ("without figures and MLflow, cold, s", "our cold-alike job", "peer job", 1, False),
        ("without figures and MLflow, built, s", "our built-alike job", "peer job", 1, False),
        ("training, pairs a second", "our pairs/s", "peer pairs/s", 1, True),
        ("embedding, windows a second", "our windows/s", "peer windows/s", 1, True),
    ]
    if "our sweep" in columns:
        lines.append(("8 trials, s (8 of the peer's jobs)", "our sweep", "peer job", 8, False))
        lines.append(("without figures and MLflow, s", "our sweep-alike", "peer job", 8, False))
    print(f"{'median [lowest, highest] of ' + str(len(found)):40} {'peer':>28} {'eegbench':>28} {'times':>24}")
    for title, mine, other, n, more in lines:
        others = [n * value for value in columns[other]]
        times = shown(ratios(columns[mine], others, more_is_better=more))
        print(f"{title:40} {shown(others):>28} {shown(columns[mine]):>28} {times:>24}")
    for name in ("pairs", "score"):
        print(f"{name:40} {shown(columns[f'peer {name}']):>28} {shown(columns[f'our {name}']):>28}")


if __name__ == "__main__":
    main()
