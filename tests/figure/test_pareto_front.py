import numpy as np
import pandas as pd
import pytest

from eegbench.figure import pareto_front
from eegbench.figure.pareto_front import on_front

TABLE = pd.DataFrame(
    {
        "trial": range(5),
        "state": ["complete"] * 4 + ["pruned"],
        "score": [0.5, 0.6, 0.6, 0.7, 0.9],
        "seconds": [10.0, 20.0, 25.0, 40.0, 1.0],
    }
)


def test_a_trial_is_on_the_front_where_no_other_is_better_in_one_and_as_good_in_all():
    values = TABLE[["score", "seconds"]].to_numpy()[:4]
    assert on_front(values, [True, False]).tolist() == [True, True, False, True]
    assert on_front(values, [True, True]).tolist() == [False, False, False, True]
    assert on_front(np.ones((3, 2)), [True, False]).tolist() == [True, True, True]


def test_the_front_is_marked_and_numbered_and_pruned_trials_are_left_out():
    axes = pareto_front(TABLE, directions={"score": "maximize", "seconds": "minimize"}).axes[0]
    drawn = {line.get_label(): line for line in axes.lines}
    np.testing.assert_array_equal(drawn["on the front"].get_xydata(), [[0.5, 10], [0.6, 20], [0.7, 40]])
    np.testing.assert_array_equal(drawn["beaten"].get_xydata(), [[0.6, 25]])
    assert [text.get_text() for text in axes.texts] == ["0", "1", "3"]
    assert axes.get_title("left") == "3 of 4 complete trials on the front (numbered)"


def test_three_objectives_have_a_panel_a_pair():
    table = TABLE.assign(size=[1.0, 2, 3, 4, 5])
    figure = pareto_front(table, directions={"score": "maximize", "seconds": "minimize", "size": "minimize"})
    assert len(figure.axes) == 3


def test_one_objective_has_no_front():
    with pytest.raises(ValueError, match="optimisation_history"):
        pareto_front(TABLE, directions={"score": "maximize"})
