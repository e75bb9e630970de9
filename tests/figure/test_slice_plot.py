import numpy as np
import pytest

from eegbench.figure import slice_plot
from eegbench.figure.slice_plot import JITTER, aside

OBJECTIVE = "valid/linear/balanced_accuracy"
DIRECTIONS = {OBJECTIVE: "maximize"}


@pytest.fixture
def panels(trials):
    figure = slice_plot(trials, objective=OBJECTIVE, directions=DIRECTIONS, log={"trainer.lr": True})
    return {axes.get_xlabel(): axes for axes in figure.axes if axes.get_xlabel()}


def test_each_option_has_a_panel_with_its_own_scale(panels):
    assert list(panels) == ["trainer.lr", "model", "trainer.schedule.\nwarmup"]
    assert [label.get_text() for label in panels["trainer.lr"].get_xticklabels()] == [
        "$10^{-4}$",
        "$10^{-3}$",
        "$10^{-2}$",
    ]
    assert [label.get_text() for label in panels["model"].get_xticklabels()] == ["chambon2018", "stager_net"]


def test_pruned_trials_are_hollow_and_the_best_is_a_star(panels):
    pruned, complete, best = panels["trainer.lr"].collections
    np.testing.assert_allclose(pruned.get_offsets(), [[-3, 0.7]])
    assert len(pruned.get_facecolors()) == 0
    np.testing.assert_allclose(complete.get_offsets(), [[-4, 0.5], [-2, 0.55]])
    np.testing.assert_allclose(best.get_offsets(), [[-3, 0.6]])


def test_dots_of_a_category_stand_beside_each_other_by_their_number(panels):
    complete = panels["model"].collections[1].get_offsets()
    np.testing.assert_allclose(complete[:, 0], JITTER * aside(np.array([0.0, 5.0])))
    assert np.abs(aside(np.arange(1000.0))).max() <= 1
    assert np.abs(np.diff(aside(np.arange(1000.0)))).min() > 0.7


def test_many_options_are_drawn_in_rows_of_four(trials):
    table = trials.assign(**{f"o{i}": i * trials["trial"] for i in range(4)})
    figure = slice_plot(table, objective=OBJECTIVE, directions=DIRECTIONS, log={})
    assert sum(bool(axes.get_xlabel()) for axes in figure.axes) == 7


def test_a_table_in_which_nothing_varied_is_refused(trials):
    with pytest.raises(ValueError, match="No option varied"):
        slice_plot(trials[["trial", "state", OBJECTIVE]], objective=OBJECTIVE, directions=DIRECTIONS, log={})


def test_long_names_of_categories_are_slanted_and_powers_of_ten_are_not(trials):
    table = trials.assign(model=[f"a_model_with_a_long_name_{i}" for i in range(6)])
    figure = slice_plot(table, objective=OBJECTIVE, directions=DIRECTIONS, log={"trainer.lr": True})
    slants = [axes.get_xticklabels()[0].get_rotation() for axes in figure.axes[:2]]
    assert slants == [0, 30]
