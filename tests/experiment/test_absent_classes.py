"""Classes that the label map names and no window has count nowhere, and are named."""

import pandas as pd
import pytest

WORDS = ("trainer.max_passes=1", "dataset.n_subjects=9")


def scores_of(folder, probe, metric="balanced_accuracy"):
    table = pd.read_csv(folder / "scores.csv").query("split == 'test' and aggregation == 'pooled'")
    return table.set_index(["probe", "metric"]).loc[(probe, metric)]


@pytest.mark.slow
def test_chance_and_majority_are_of_the_classes_that_there_are_and_the_others_are_named(train, capsys):
    more = "dataset.labels={left: left, right: right, up: up, down: down}"
    status, (folder,) = train(*WORDS, f"+{more}")
    assert status == 0
    printed = capsys.readouterr().out
    assert "Balanced accuracy and macro-F1 are means over 2 classes. No window is labelled up, down." in " ".join(
        printed.split()
    )
    assert scores_of(folder, "chance")["value"] == pytest.approx(0.5, abs=0.1)
    assert scores_of(folder, "majority")["value"] == 0.5
    assert not pd.read_csv(folder / "scores.csv")["metric"].str.contains("up|down").any()
    assert list(pd.read_csv(folder / "tables/confusion_linear_test.csv")["label"]) == ["left", "right"]
