"""Time of a label curve with linear probes once embeddings are there: 6 sizes, 5 draws and 4 encoders.

Run ``PYTHONPATH=tests python benchmarks/bench_label_curve.py`` from the repository's root, with nothing else running.
Train has 8 subjects with 600 windows each, embeddings have 100 numbers, and 4,800 windows are predicted.
"""

import time

import numpy as np
import pandas as pd
from labelled import given

from eegbench.probe import Labelled
from eegbench.probe.label_curve import LabelCurve
from eegbench.probe.linear import Linear
from eegbench.score.label_curve import subject_scores

N_ENCODERS, N_WINDOWS, N_TRAIN, DIM, N_CLASSES = 4, 9600, 4800, 100, 5


def main() -> None:
    """Print seconds for each encoder and in all."""
    rng = np.random.default_rng(0)
    y = rng.choice(N_CLASSES, size=N_WINDOWS, p=[0.2, 0.1, 0.4, 0.15, 0.15])
    subject = np.array([f"s{i}" for i in np.arange(N_WINDOWS) // 600])
    centres = rng.standard_normal((N_CLASSES, DIM))
    began = time.perf_counter()
    for encoder in range(N_ENCODERS):
        first = time.perf_counter()
        features = centres[y] * 0.5 + rng.standard_normal((N_WINDOWS, DIM))
        whole = given(features, y, N_CLASSES)
        whole.store.__dict__["table"] = pd.DataFrame({"subject": subject})
        train, test = (
            Labelled(rows, y[rows], whole.embeddings, whole.encoder, whole.store)
            for rows in (np.arange(N_TRAIN), np.arange(N_TRAIN, N_WINDOWS))
        )
        probe = Linear(C=(0.001, 0.01, 0.1, 1.0), max_iter=10_000)
        sizes = (1, 3, 10, 30, 100, 300)
        curve = LabelCurve(probe=probe, n_labels=sizes, n_subjects=(), n_draws=5, choose_share=0.2)
        none = Labelled(test.rows[:0], test.y[:0], test.embeddings, test.encoder, test.store)
        n_fits = 0
        for _, fitted in curve.fit(train, none, rng).fits():
            predicted = fitted.probabilities(test.rows).argmax(axis=1)
            subject_scores(predicted, test.y, subject[test.rows], whole.store.classes)
            n_fits += 1
        print(f"encoder {encoder}: {n_fits} fits, {time.perf_counter() - first:.1f} s")
    print(f"in all {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
