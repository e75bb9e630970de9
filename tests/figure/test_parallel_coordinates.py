import matplotlib as mpl
import numpy as np
import pytest

from eegbench.figure import parallel_coordinates
from eegbench.figure.parallel_coordinates import ABSENT
from eegbench.figure.style import PALE
from eegbench.figure.trials import BEST

OBJECTIVE = "valid/linear/balanced_accuracy"


@pytest.fixture
def draw(trials):
    def axes(direction="maximize", table=trials):
        directions = {OBJECTIVE: direction}
        return parallel_coordinates(table, objective=OBJECTIVE, directions=directions, log={"trainer.lr": True}).axes[0]

    return axes


def heights(patch) -> np.ndarray:
    """Where a curve meets the axes."""
    return patch.get_path().vertices[::3, 1]


def curves(axes) -> list:
    return [patch for patch in axes.patches if patch.get_edgecolor() != mpl.colors.to_rgba("white")]


def colour(patch) -> str:
    return mpl.colors.to_hex(patch.get_edgecolor())


def test_the_objective_is_the_last_axis(draw):
    labels = [label.get_text() for label in draw().get_xticklabels()]
    assert labels == ["trainer.lr", "model", "trainer.schedule.\nwarmup", "balanced accuracy\n(valid, linear)"]


def test_a_curve_meets_each_axis_at_its_value(draw):
    first = curves(draw())[1]  # trial 0, the worst complete one, after the pruned one
    np.testing.assert_allclose(heights(first), [0, 0, ABSENT, 0])
    best = curves(draw())[-1]
    np.testing.assert_allclose(heights(best), [0.5, 1, 1, 0.5])


def test_the_best_is_thick_and_last_and_the_pruned_one_grey_and_first(draw):
    drawn = curves(draw())
    assert len(drawn) == 4
    assert (colour(drawn[-1]), drawn[-1].get_linewidth()) == (BEST.lower(), 3.0)
    assert colour(drawn[0]) == PALE.lower()
    worst = curves(draw("minimize"))[-1]
    np.testing.assert_allclose(heights(worst), [0, 0, ABSENT, 0])


def test_names_of_categories_and_powers_of_ten_stand_at_the_axes(draw):
    texts = [text.get_text() for text in draw().texts]
    assert {"chambon2018", "stager_net", "$10^{-4}$", "$10^{-3}$", "$10^{-2}$", "none"} <= set(texts)


def test_a_trial_alone_is_drawn(draw, trials):
    axes = draw(table=trials.iloc[3:4])
    np.testing.assert_allclose(heights(curves(axes)[0]), 0.5)
