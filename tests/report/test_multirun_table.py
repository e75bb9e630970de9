"""A multirun ends in its table: what varied, as means over seeds with SD and interval, and the command."""

import re

import pandas as pd
import pytest

WORDS = ("-m", "trainer.max_passes=1", "dataset.n_subjects=9", "split.n_valid=2", "split.n_test=3")


def test_seeds_and_models_end_in_a_compared_table(two_models):
    folder, printed = two_models
    values = {}
    for number, size in enumerate((8, 8, 4, 4)):
        scores = pd.read_csv(folder / str(number) / "scores.csv")
        rows = scores.query("probe == 'linear' and metric == 'balanced_accuracy' and split == 'test'")
        values.setdefault(size, []).append(rows.query("aggregation == 'pooled'")["value"].iloc[0])
    for size, found in values.items():
        (row,) = [line for line in printed.splitlines() if line.startswith(f"embed_dim={size} ")]
        numbers = [float(one) for one in re.findall(r"-?\d\.\d\d", row)]
        assert numbers[0] == pytest.approx(sum(found) / 2, abs=0.005)
        assert numbers[-1] == pytest.approx(pd.Series(found).std(), abs=0.005)
    assert "95 % Student-t interval over subjects and replicates" in " ".join(printed.split())
    assert f"table:   eegbench compare --parent {folder} --group-by model.embed_dim" in printed


@pytest.mark.slow
def test_seeds_that_mlflow_does_not_keep_end_in_a_pooled_table(train, tmp_path, capfd):
    status, _ = train(*WORDS, "seed=1,2", "tracking=folder", f"paths.outputs={tmp_path}")
    assert status == 0
    printed = capfd.readouterr().out
    (folder,) = (tmp_path / "sweeps").iterdir()
    assert "mean over 2 replicates (seeds × draws of subjects)" in printed
    assert f"table:   eegbench pool {folder}" in printed
    table = pd.read_csv(folder / "sweep/pooled_scores.csv").query("probe == 'linear' and aggregation == 'pooled'")
    each = [
        pd.read_csv(folder / number / "scores.csv").query(
            "probe == 'linear' and aggregation == 'pooled' and split == 'test' and metric == 'accuracy'"
        )["value"]
        for number in "01"
    ]
    values = pd.concat(each)
    row = table.set_index("metric").loc["accuracy"]
    assert (row["value"], row["sd"]) == pytest.approx((values.mean(), values.std()))
