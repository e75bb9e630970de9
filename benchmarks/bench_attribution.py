"""Which methods find what a network uses, where that is known? Every shipped one, and before a shuffled network.

Run ``PYTHONPATH=tests python benchmarks/bench_attribution.py [SEED ...]`` from the repository's root. Windows
are simulated: the classes differ in the amplitude of one band in three channels
(``tests/interpretability/known_truth.py``). Rank AUCs tell these channels, and these frequencies, from all others.
"""

import sys
import time
from dataclasses import astuple

import numpy as np
import pandas as pd
import torch
from interpretability.known_truth import Case, case, channel_auc, frequency_auc, methods

from eegbench.interpretability.base import Method
from eegbench.interpretability.faithfulness import faithfulness
from eegbench.interpretability.randomised import randomised, similarity

SHARED = (0.0, 2.0)
"""Noise that all channels share, by amplitude; each has as much of its own as 1."""

CURVES = ("deletion", "insertion", "deletion random", "insertion random")


def row(method: Method, case: Case, seed: int) -> dict[str, float | None]:
    """Explain a network and its shuffled copy, and compare."""
    scene = case.scene
    shuffled = scene.of(randomised(scene.network, scene, np.random.default_rng([seed, 1])))
    start = time.perf_counter()
    found = method.explain(scene, np.random.default_rng([seed, 2]))
    seconds = time.perf_counter() - start
    control = method.explain(shuffled, np.random.default_rng([seed, 2]))
    curves = faithfulness(found, scene, np.random.default_rng([seed, 3]))
    return {
        "channels": channel_auc(found),
        "channels shuffled": channel_auc(control),
        "freqs": frequency_auc(found),
        "freqs shuffled": frequency_auc(control),
        "similarity": similarity(found, control),
        **dict(zip(CURVES, astuple(curves) if curves else [None] * 4, strict=True)),
        "seconds": seconds,
    }


def report(cases: dict[int, Case]) -> None:
    """Print the mean over seeds, a line a method, and then the lowest and highest rank AUC."""
    rows = [{"method": name, **row(method, cases[seed], seed)} for seed in cases for name, method in methods().items()]
    table = pd.DataFrame(rows).groupby("method")
    print("accuracy " + ", ".join(f"{each.accuracy:.3f}" for each in cases.values()))
    with pd.option_context("display.width", 220, "display.max_columns", None):
        print(table.mean().astype(float).round(3).to_string(na_rep="-"))
        aucs = table[["channels", "channels shuffled", "freqs", "freqs shuffled"]]
        print(aucs.agg(["min", "max"]).astype(float).round(3).to_string(na_rep="-"))


def main() -> None:
    """Print two tables for each amount of shared noise."""
    torch.set_num_threads(1)
    seeds = [int(word) for word in sys.argv[1:]] or [0]
    for shared in SHARED:
        print(f"\nnoise that all channels share: {shared:g}")
        report({seed: case(seed, shared) for seed in seeds})


if __name__ == "__main__":
    main()
