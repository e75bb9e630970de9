import numpy as np
import pandas as pd
import pytest

from eegbench.figure import learning_curves


@pytest.fixture
def history() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pass": range(5),
            "train_loss": [np.nan, 0.7, 0.6, 0.5, 0.4],
            "valid_loss": [0.7, 0.69, 0.6, 0.58, 0.6],
            "lr": 5e-4,
        }
    )


def test_losses_are_drawn_from_the_first_pass_that_has_one(history):
    axes = learning_curves(history, best_pass=3).axes
    assert [one.get_title("left") for one in axes] == ["loss"]
    train, valid, best = axes[0].lines
    np.testing.assert_array_equal(train.get_xdata(), [1, 2, 3, 4])
    np.testing.assert_array_equal(valid.get_ydata(), history["valid_loss"])
    assert set(best.get_xdata()) == {3}
    assert best.get_label() == "best pass: 3"


def test_the_pass_of_the_final_weights_is_marked_where_it_is_not_the_best(history):
    best, final = learning_curves(history, best_pass=3, final_pass=4).axes[0].lines[2:]
    assert set(final.get_xdata()) == {4}
    assert (best.get_label(), final.get_label()) == ("best pass: 3", "final weights: pass 4")
    assert len(learning_curves(history, best_pass=3, final_pass=3).axes[0].lines) == 3


def test_the_probes_curve_has_an_axis_of_its_own_and_only_the_passes_probed(history):
    history["probe_valid_balanced_accuracy"] = [0.2, np.nan, 0.5, np.nan, 0.6]
    loss, probe = learning_curves(history).axes
    assert probe.get_title("left") == "probe's balanced accuracy"
    np.testing.assert_array_equal(probe.lines[0].get_xdata(), [0, 2, 4])
    assert len(loss.lines) == 2


def test_accuracies_are_a_panel_where_known(history):
    history["valid_accuracy"] = 0.5
    history["train_accuracy"] = np.nan
    history["probe_valid_balanced_accuracy"] = np.nan
    accuracy = learning_curves(history).axes[1]
    assert [line.get_label() for line in accuracy.lines] == ["valid"]


def test_the_scores_of_trials_share_a_panel(history):
    history["valid_trial_accuracy"], history["valid_trial_balanced_accuracy"] = 0.5, [0.4, 0.5, 0.6, 0.7, 0.8]
    trials = learning_curves(history).axes[1]
    assert trials.get_title("left") == "trials of valid"
    assert [line.get_label() for line in trials.lines] == ["accuracy", "balanced accuracy"]
    np.testing.assert_array_equal(trials.lines[1].get_ydata(), history["valid_trial_balanced_accuracy"])


def test_each_metric_of_the_task_has_a_panel(history):
    history["train_positive_first"], history["valid_positive_first"] = [np.nan, 0.2, 0.3, 0.4, 0.5], 0.25
    _, metric = learning_curves(history).axes
    assert metric.get_title("left") == "positive first"
    assert [line.get_label() for line in metric.lines] == ["train", "valid"]


def test_columns_of_objects_with_none_are_read_as_numbers(history):
    history["train_loss"] = pd.Series([None, 0.7, 0.6, 0.5, 0.4], dtype=object)
    assert len(learning_curves(history).axes[0].lines) == 2


def test_a_history_of_pass_0_alone_can_be_drawn(history):
    known = learning_curves(history.iloc[:1], best_pass=0)
    known.draw_without_rendering()
    assert [list(line.get_xdata()) for line in known.axes[0].lines if line.get_label() == "valid"] == [[0]]
    learning_curves(history.iloc[:1].assign(valid_loss=np.nan)).draw_without_rendering()
