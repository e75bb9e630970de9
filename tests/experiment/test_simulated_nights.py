"""The simulated nights of version 1 are as hard as real ones: the tutorial's pipeline, through the whole program."""

import pandas as pd
import pytest

from eegbench.__main__ import main

PUBLISHED_RANGE = (0.55, 0.80)
"""Balanced accuracy that the pipeline reaches on real nights; see docs/simulator.md."""


@pytest.mark.study
def test_the_tutorials_pipeline_scores_as_on_real_nights_and_n1_is_the_weakest(tmp_path):
    words = [
        "dataset.version=1",
        "figures=[]",
        "tracking=folder",
        "trainer.max_passes=6",
        "trainer.lr=1e-3",
        f"paths.outputs={tmp_path}",
    ]
    assert main(["train", *words]) == 0
    (folder,) = tmp_path.glob("runs/*")
    scores = pd.read_csv(folder / "scores.csv").query("split == 'test' and aggregation == 'pooled'")
    value = scores.set_index(["probe", "metric"])["value"]
    low, high = PUBLISHED_RANGE
    assert low < value["linear", "balanced_accuracy"] < high
    assert value["linear", "balanced_accuracy"] > value["random_weights", "balanced_accuracy"]
    per_class = {name: value["linear", f"f1/{name}"] for name in ("W", "N1", "N2", "N3", "R")}
    assert min(per_class, key=lambda name: per_class[name]) == "N1"
