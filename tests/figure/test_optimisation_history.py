import numpy as np

from eegbench.figure import optimisation_history

OBJECTIVE = "valid/linear/balanced_accuracy"


def lines(axes) -> dict:
    return {line.get_label(): line for line in axes.lines}


def test_each_state_is_marked_in_its_way(trials):
    axes = optimisation_history(trials, directions={OBJECTIVE: "maximize"}).axes[0]
    drawn = lines(axes)
    np.testing.assert_array_equal(drawn["complete"].get_xydata(), [[0, 0.5], [3, 0.6], [5, 0.55]])
    np.testing.assert_array_equal(drawn["pruned"].get_xydata(), [[1, 0.7]])
    assert drawn["pruned"].get_markerfacecolor() == "white"
    np.testing.assert_array_equal(drawn["failed"].get_xydata(), [[2, 0]])
    np.testing.assert_array_equal(drawn["pruned before a value"].get_xydata(), [[4, 0]])
    assert drawn["failed"].get_transform() == axes.get_xaxis_transform()


def test_the_line_is_the_best_complete_trial_so_far(trials):
    high, low = (
        optimisation_history(trials, directions={OBJECTIVE: direction}).axes[0]
        for direction in ("maximize", "minimize")
    )
    np.testing.assert_array_equal(lines(high)["best so far"].get_xydata(), [[0, 0.5], [3, 0.6], [5, 0.6], [5, 0.6]])
    np.testing.assert_array_equal(lines(low)["best so far"].get_ydata(), [0.5] * 4)
    np.testing.assert_array_equal(lines(high)["best"].get_xydata(), [[3, 0.6]])
    assert high.get_title("left") == "best: 0.6, trial 3"


def test_several_objectives_have_a_panel_each_and_one_legend(trials):
    trials["run/seconds"] = [5.0, 4, np.nan, 3, 2, 1]
    figure = optimisation_history(trials, directions={OBJECTIVE: "maximize", "run/seconds": "minimize"})
    assert [axes.get_ylabel() for axes in figure.axes] == ["balanced accuracy (valid, linear)", "seconds (run)"]
    (legend,) = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert len(names) == len(set(names)) == 6


def test_without_a_complete_trial_it_says_so(trials):
    axes = optimisation_history(trials.iloc[1:3], directions={OBJECTIVE: "maximize"}).axes[0]
    assert axes.get_title("left") == "no complete trial"
    assert "best so far" not in lines(axes)


def test_trials_have_whole_numbers_even_where_there_is_one(trials):
    figure = optimisation_history(trials.iloc[:1], directions={OBJECTIVE: "maximize"})
    figure.draw_without_rendering()
    low, high = figure.axes[0].get_xlim()
    assert [tick for tick in figure.axes[0].get_xticks() if low <= tick <= high] == [0]
