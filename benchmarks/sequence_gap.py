"""What context is worth: a network of single windows, its stages smoothed, and a network of sequences.

Run ``python benchmarks/sequence_gap.py --out FOLDER`` from the repository's root. On simulated nights it trains, for
each seed, the same encoder on single windows and within sequences. It smooths the probabilities of single windows by
the forward-backward algorithm with the transitions that the nights were drawn with, counted in 400 other nights for
each tenth of a record; valid chooses how much the probabilities count. It prints κ and balanced accuracy of the test
subjects, each the mean over recordings, and which part of the gap between single and smoothed windows sequences close.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from eegbench.dataset.simulation import STAGES, draw_subject
from eegbench.dataset.simulation.hypnogram import draw_hypnogram
from eegbench.score import score

N_NIGHTS, N_TENTHS = 400, 10
EXPONENTS = np.arange(0.1, 1.55, 0.1)
METRICS = ("cohen_kappa", "balanced_accuracy")
COMMON = ["model=chambon2018", "trainer.lr=1e-3", "figures=[]", "tracking=folder", "probe.every=0"]
TASKS = {
    "single": ["task=supervised", "trainer.batch_size=64"],
    "sequence": ["task=supervised_sequence", "sampler.length=21", "trainer.batch_size=32"],
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the runs; those that are there are read")
    parser.add_argument("--seeds", type=int, default=5, help="how many of them")
    parser.add_argument("--hours", type=float, default=5.0, help="length of a record")
    parser.add_argument("--passes", type=int, default=15, help="of each network")
    words = parser.parse_args()
    transitions = drawn_transitions(words.hours)
    rows = []
    for seed in range(words.seeds):
        options = [f"dataset.hours={words.hours}", f"trainer.max_passes={words.passes}", f"seed={seed}"]
        single, sequence = (trained(words.out, name, seed, options) for name in TASKS)
        found = {"single": single, "smoothed": smoothed_as_valid_wants(single, transitions), "sequence": sequence}
        values = {name: scores(frame) for name, frame in found.items()}
        for metric in METRICS:
            row = {name: values[name][metric] for name in values}
            closed = (row["sequence"] - row["single"]) / (row["smoothed"] - row["single"])
            rows.append({"seed": seed, "metric": metric, **row, "closed": closed})
            print(
                f"seed {seed}", metric, *(f"{name} {value:.3f}" for name, value in row.items()), f"closed {closed:.0%}"
            )
    table = pd.DataFrame(rows).groupby("metric")[["single", "smoothed", "sequence"]].agg(["mean", "std"])
    print(table.round(3).to_string())
    mean = table.xs("mean", axis=1, level=1)
    print(
        ((mean["sequence"] - mean["single"]) / (mean["smoothed"] - mean["single"]))
        .rename("closed")
        .round(2)
        .to_string()
    )


def trained(out: Path, name: str, seed: int, options: Sequence[str]) -> pd.DataFrame:
    """Train a network, or take the one that is there, and return its predictions on valid and test."""
    runs = out / f"{name}-{seed}"
    if not list(runs.glob("*/predictions.parquet")):
        places = [f"paths.runs={runs}", f"paths.stores={out / 'stores'}", f"paths.outputs={out}"]
        command = [sys.executable, "-m", "eegbench", "train", *COMMON, *TASKS[name], *options, *places]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (file,) = runs.glob("*/predictions.parquet")
    frame = pd.read_parquet(file)
    return frame[(frame["probe"] == "network") & frame["split"].isin(["valid", "test"])].reset_index(drop=True)


def drawn_transitions(hours: float) -> np.ndarray:
    """Return the probability of each stage after each, in each tenth of a record (10, 5, 5)."""
    counts = np.full((N_TENTHS, len(STAGES), len(STAGES)), 1e-3)
    for number in range(N_NIGHTS):
        rng = np.random.default_rng([12345, number])
        labels = draw_hypnogram(draw_subject(1000 + number, seed=12345), hours=hours, rng=rng).labels
        tenth = np.arange(len(labels) - 1) * N_TENTHS // len(labels)
        np.add.at(counts, (tenth, labels[:-1], labels[1:]), 1)
    return counts / counts.sum(axis=2, keepdims=True)


def smoothed_as_valid_wants(frame: pd.DataFrame, transitions: np.ndarray) -> pd.DataFrame:
    """Smooth with the exponent of the probabilities that does best on the subjects of valid."""
    valid = frame[frame["split"] == "valid"]
    best = max(EXPONENTS, key=lambda a: scores(smoothed(valid, transitions, a), "valid")["cohen_kappa"])
    return smoothed(frame, transitions, best)


def smoothed(frame: pd.DataFrame, transitions: np.ndarray, exponent: float) -> pd.DataFrame:
    """Replace predictions by those of the forward and backward algorithm in each recording."""
    parts = []
    for _, part in frame.groupby("recording", sort=False):
        ordered = part.sort_values("start_s")
        posterior = forward_backward(ordered, transitions, exponent)
        parts.append(ordered.assign(predicted=np.array(STAGES)[posterior.argmax(axis=1)]))
    return pd.concat(parts)


def forward_backward(night: pd.DataFrame, transitions: np.ndarray, exponent: float) -> np.ndarray:
    """Return the posterior of each window; one that is not there says nothing.

    The network was trained on windows in their natural shares, so its probabilities are divided by these shares, those
    of the drawn nights, to be likelihoods.
    """
    share = stationary(transitions)
    at = np.rint(night["start_s"].to_numpy() / 30).astype(int)
    at -= at[0]
    likelihood = np.ones((at[-1] + 1, len(STAGES)))
    likelihood[at] = (night[list(STAGES)].to_numpy() / share) ** exponent
    n = len(likelihood)
    tenth = np.arange(n) * N_TENTHS // n
    forward, backward = np.empty_like(likelihood), np.ones_like(likelihood)
    forward[0] = likelihood[0] * share
    for i in range(1, n):
        forward[i] = (forward[i - 1] / forward[i - 1].sum()) @ transitions[tenth[i - 1]] * likelihood[i]
    for i in range(n - 2, -1, -1):
        backward[i] = transitions[tenth[i]] @ (likelihood[i + 1] * backward[i + 1])
        backward[i] /= backward[i].sum()
    posterior = forward * backward
    return posterior[at] / posterior[at].sum(axis=1, keepdims=True)


def stationary(transitions: np.ndarray) -> np.ndarray:
    """Return the share of each stage, by going through the tenths of a night many times."""
    share = np.full(len(STAGES), 1 / len(STAGES))
    seen = np.zeros(len(STAGES))
    for tenth in transitions:
        for _ in range(60):
            share = share @ tenth
            seen += share
    return seen / seen.sum()


def scores(frame: pd.DataFrame, split: str = "test") -> dict[str, float]:
    """Return each metric, the mean over recordings."""
    part = frame[frame["split"] == split]
    found = score(part, classes=STAGES, rng=np.random.default_rng(0))
    return {one.metric: one.value for one in found if one.aggregation == "mean_per_recording" and one.metric in METRICS}


if __name__ == "__main__":
    main()
