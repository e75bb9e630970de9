import pandas as pd
import pytest

from eegbench.experiment.headline import describe_run, headline_patterns


@pytest.fixture
def folder(tmp_path):
    values = {"balanced_accuracy": 0.5, "accuracy": 0.25}
    rows = [
        [probe, metric, split, aggregation, value, *interval]
        for split, interval in (("test (within subject)", (0.125, 0.75)), ("valid", (None, None)))
        for probe in ("network", "linear", "hand_made", "a|b<i>")
        for aggregation in ("pooled", "mean_per_recording")
        for metric, value in values.items()
    ]
    columns = ["probe", "metric", "split", "aggregation", "value", "ci_low", "ci_high"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "scores.csv", index=False)
    return tmp_path


def test_the_description_has_every_probe_on_test_and_the_chosen_ones_on_valid(folder):
    lines = describe_run(folder, {"main_probe": "linear"}).splitlines()
    assert lines[0] == "| split | | balanced accuracy | accuracy | κ | macro-F1 |"
    assert lines[2] == "| test (within subject) | network | 0.500 [0.125, 0.750] | 0.250 [0.125, 0.750] | – | – |"
    assert [line.split(" | ")[1] for line in lines[2:8]] == [
        "network",
        "linear",
        "hand made",
        "abi",
        "network",
        "linear",
    ]
    assert lines[7] == "| valid | linear | 0.500 | 0.250 | – | – |"


def test_the_description_has_the_picture_and_the_command_if_there_are_any(folder):
    assert "![" not in describe_run(folder, {})
    (folder / "figures").mkdir()
    (folder / "figures" / "scores.png").touch()
    assert describe_run(folder, {}).endswith("![scores](figures/scores.png)")
    (folder / "figures" / "scores.svg").touch()
    text = describe_run(folder, {"command": "eegbench train seed=3 ```"})
    assert text.endswith("![scores](figures/scores.svg)\n\n```sh\neegbench train seed=3 \n```")


def test_a_run_without_labels_has_a_description_without_a_table(tmp_path):
    assert describe_run(tmp_path, {"command": "eegbench train"}) == "```sh\neegbench train\n```"


def test_objectives_and_scores_on_test_come_first():
    patterns = headline_patterns("knn", ("valid/knn/macro_f1", "run/seconds"))
    assert patterns[:4] == ("objective", "valid/knn/macro_f1", "run/seconds", "test/network/balanced_accuracy")
    assert patterns.index("test/knn/accuracy") < patterns.index("valid/knn/accuracy") < patterns.index("train_loss")
