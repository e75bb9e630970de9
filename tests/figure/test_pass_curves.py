import numpy as np
import pandas as pd
import pytest

from eegbench.figure import pass_curves
from eegbench.figure.style import PALE
from eegbench.figure.trials import BEST

VALUES = pd.DataFrame(
    {
        "trial": [0, 0, 0, 1, 1, 2, 2, 2],
        "step": [0, 1, 2, 1, 0, 0, 1, 2],
        "value": [0.2, 0.3, 0.4, 0.25, 0.2, 0.2, 0.4, 0.6],
        "state": ["complete"] * 3 + ["pruned"] * 2 + ["complete"] * 3,
    }
)


def test_the_best_is_drawn_last_and_the_pruned_ends_in_a_cross():
    pruned, cross, other, best = pass_curves(VALUES, metric="valid_loss", best=2).axes[0].lines
    np.testing.assert_array_equal(pruned.get_xydata(), [[0, 0.2], [1, 0.25]])
    assert (pruned.get_color(), cross.get_marker()) == (PALE, "x")
    np.testing.assert_array_equal(cross.get_xydata(), [[1, 0.25]])
    np.testing.assert_array_equal(other.get_ydata(), [0.2, 0.3, 0.4])
    assert best.get_color() == BEST
    np.testing.assert_array_equal(best.get_ydata(), [0.2, 0.4, 0.6])


def test_each_state_is_counted_in_the_legend():
    axes = pass_curves(VALUES, metric="valid_loss", best=2).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "pruned (1)",
        "complete (1)",
        "best: trial 2",
    ]
    assert axes.get_title("left") == "3 trials"


def test_a_trial_of_one_pass_is_a_dot():
    (line,) = pass_curves(VALUES.iloc[:1], metric="valid_loss", best=0).axes[0].lines
    assert line.get_marker() == "o"


def test_no_values_are_an_empty_figure():
    pass_curves(VALUES.iloc[:0], metric="valid_loss", best=None).draw_without_rendering()


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match=r"\['step'\] are missing"):
        pass_curves(VALUES.drop(columns="step"), metric="valid_loss", best=None)
