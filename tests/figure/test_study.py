import math
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import optuna
import pytest
from figure.contents import contents
from matplotlib import pyplot
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

from eegbench.figure import save, study_figures

pytestmark = pytest.mark.slow

OBJECTIVES = ("valid/linear/balanced_accuracy", "run/seconds", "run/n_parameters")
DIRECTIONS = ("maximize", "minimize", "minimize")
SPACE = {
    "trainer.lr": FloatDistribution(1e-5, 1e-1, log=True),
    "model.n_filters": IntDistribution(2, 16),
    "sampler.tau_pos_s": FloatDistribution(10.0, 100.0),
    "model": CategoricalDistribution(("chambon2018", "stager_net")),
}
POINTS = [
    {
        "trainer.lr": 10.0 ** -(i % 4 + 1),
        "model.n_filters": 2 + i % 5,
        "sampler.tau_pos_s": 10.0 + i,
        "model": SPACE["model"].choices[i % 2],
    }
    for i in range(20)
]
STATES = {3: TrialState.PRUNED, 4: TrialState.FAIL, 7: TrialState.PRUNED, 9: TrialState.RUNNING}
OF_ONE = {"optimisation_history", "parallel_coordinates", "slice", "importance", "pass_curves"}


def study(
    n=20, n_objectives=1, states=STATES, space=SPACE, points=POINTS, value=lambda i: 0.5 + i % 7 / 50, curves=True
):
    """Return a study of n trials; those that are not in states are complete."""
    made = optuna.create_study(directions=DIRECTIONS[:n_objectives])
    for i in range(n):
        state = states.get(i, TrialState.COMPLETE)
        values = [value(i), 30.0 + i % 3, 100.0 * (i % 5)][:n_objectives] if state == TrialState.COMPLETE else None
        steps = {step: 0.1 * step for step in range(1, 4)} if curves and n_objectives == 1 else {}
        point = {"params": {name: points[i][name] for name in space}, "distributions": space}
        made.add_trial(create_trial(state=state, values=values, intermediate_values=steps, **point))
    return made


def figures(made, evaluator=None):
    found = study_figures(made, objectives=OBJECTIVES[: len(made.directions)], evaluator=evaluator)
    return {stem: draw() for stem, draw in found.items()}


@pytest.fixture
def evaluator():
    return optuna.importance.FanovaImportanceEvaluator(n_trees=4, seed=0)


@pytest.fixture(autouse=True)
def _global_state_stays():
    settings = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == settings
    assert pyplot.get_fignums() == []


def texts(figure) -> list[str]:
    return [text.get_text().replace("\n", "") for text in figure.findobj(mpl.text.Text) if text.get_text()]


def test_a_study_of_one_objective_has_all_figures_but_a_front(evaluator):
    assert set(figures(study(), evaluator)) == OF_ONE


@pytest.mark.parametrize("n_objectives", [2, 3])
def test_several_objectives_have_a_front_and_a_history_each(evaluator, n_objectives):
    found = figures(study(n_objectives=n_objectives), evaluator)
    histories = {f"optimisation_history_{name.replace('/', '_')}" for name in OBJECTIVES[1:n_objectives]}
    assert set(found) == (OF_ONE - {"pass_curves"}) | {"pareto_front"} | histories
    assert set(OBJECTIVES[:n_objectives]) <= set(texts(found["pareto_front"]))
    for name, stem in zip(OBJECTIVES[1:n_objectives], sorted(histories, reverse=True), strict=True):
        assert found[stem].axes[0].get_ylabel() == name


@pytest.mark.slow
def test_names_of_objectives_and_parameters_are_whole(evaluator):
    found = figures(study(), evaluator)
    for stem in OF_ONE - {"importance"}:
        assert OBJECTIVES[0] in texts(found[stem])
    for stem in ("parallel_coordinates", "slice", "importance"):
        assert set(SPACE) <= set(texts(found[stem]))


@pytest.mark.slow
def test_no_text_is_below_8_points(evaluator, tmp_path):
    for figure in [*figures(study(), evaluator).values(), *figures(study(n_objectives=3)).values()]:
        figure.draw_without_rendering()
        sizes = [text.get_fontsize() for text in figure.findobj(mpl.text.Text) if text.get_text()]
        assert min(sizes) >= 8


def test_labels_of_a_figure_do_not_overlap():
    figure = figures(study())["parallel_coordinates"]
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


@pytest.mark.slow
def test_equal_studies_give_equal_files(evaluator, tmp_path):
    files = []
    for name in "ab":
        found = figures(study(n_objectives=2), evaluator) | figures(study())
        files.append(contents(path for stem, one in found.items() for path in save(one, tmp_path / name, stem)))
    assert files[0] == files[1]


def test_the_best_so_far_is_that_of_the_direction():
    (line,) = figures(study(n=3, states={}, value=[0.5, 0.7, 0.6].__getitem__))["optimisation_history"].axes[0].lines
    assert list(line.get_ydata()) == [0.5, 0.7, 0.7]


def test_categories_stand_side_by_side_without_quotation_marks():
    panel = next(axes for axes in figures(study())["slice"].axes if axes.get_xlabel() == "model")
    assert [label.get_text() for label in panel.get_xticklabels()] == ["chambon2018", "stager_net"]


def test_few_curves_have_a_legend_and_many_a_colour_bar():
    few, many = figures(study(n=3))["pass_curves"], figures(study())["pass_curves"]
    assert texts(few.axes[0].get_legend()) == ["trial 0", "trial 1", "trial 2"]
    assert many.axes[0].get_legend() is None
    assert [axes.get_ylabel() for axes in many.axes] == [OBJECTIVES[0], "trial"]


def test_importance_is_drawn_of_numbers_that_were_computed_before():
    from eegbench.sweep.importance import KnownImportances

    axes = figures(study(), KnownImportances({"model": 0.25, "trainer.lr": 0.75}))["importance"].axes[0]
    assert sorted(bar.get_width() for bar in axes.patches) == [0.25, 0.75]


def all_are(state, n=20):
    return dict.fromkeys(range(n), state)


MIXED = {"model": CategoricalDistribution((None, True, "all", 2, 0.5))}
WITHOUT_ALL = {
    "no trial": ({"n": 0}, set()),
    "one complete trial": ({"n": 1}, {"pass_curves"}),
    "one complete trial without curves": ({"n": 1, "curves": False}, set()),
    "all failed": ({"states": all_are(TrialState.FAIL)}, set()),
    "all pruned": ({"states": all_are(TrialState.PRUNED)}, {"pass_curves"}),
    "all running": ({"states": all_are(TrialState.RUNNING)}, {"pass_curves"}),
    "two complete trials": ({"n": 2}, OF_ONE - {"importance"}),
    "constant parameters": ({"points": POINTS[:1] * 20}, {"optimisation_history", "pass_curves"}),
    "one parameter": ({"space": {"trainer.lr": SPACE["trainer.lr"]}}, OF_ONE - {"importance"}),
    "a constant objective": ({"value": lambda i: 0.5}, OF_ONE - {"importance"}),
    "an infinite objective": ({"value": lambda i: math.inf if i == 2 else i / 20}, OF_ONE - {"importance"}),
    "only infinite objectives": ({"value": lambda i: math.inf}, {"pass_curves"}),
    "categories of all kinds": (
        {"space": MIXED, "points": [{"model": MIXED["model"].choices[i % 5]} for i in range(20)]},
        OF_ONE - {"importance"},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WITHOUT_ALL)
def test_what_cannot_be_drawn_is_left_out_and_the_rest_can_be_saved(name, tmp_path):
    options, stems = WITHOUT_ALL[name]
    found = figures(study(**options))
    assert set(found) == stems
    for stem, figure in found.items():
        save(figure, tmp_path, stem, formats=("png",))


@pytest.mark.slow
def test_an_infinite_objective_is_left_out_of_a_front(tmp_path):
    figure = figures(study(n_objectives=2, value=lambda i: math.inf if i == 2 else i / 20))["pareto_front"]
    save(figure, tmp_path, "front")
    places = [place for dots in figure.axes[0].collections for place in dots.get_offsets()]
    assert len([place for place in places if not np.ma.is_masked(place)]) == 20 - len(STATES) - 1


def test_another_backend_and_its_figures_stay():
    pyplot.switch_backend("svg")
    mine = pyplot.figure()
    try:
        figures(study())
        assert pyplot.get_backend() == "svg"
        assert pyplot.get_fignums() == [mine.number]
    finally:
        pyplot.close(mine)
        pyplot.switch_backend("agg")


def test_a_failed_plot_leaves_no_figure(monkeypatch):
    monkeypatch.setattr("optuna.visualization.matplotlib.plot_slice", lambda *args, **options: pyplot.figure() / 0)
    with pytest.raises(TypeError):
        figures(study())


@pytest.mark.parametrize(
    ("low", "high", "labels"), [(2e-4, 7.7e-4, ["0.0002", "0.00077"]), (6.8e-4, 8.6e-3, ["0.00068", "0.0086"])]
)
def test_a_logarithmic_axis_with_fewer_than_two_powers_of_ten_is_labelled_at_its_ends(low, high, labels):
    space = {"trainer.lr": FloatDistribution(low, high, log=True)}
    made = study(space=space, points=[{"trainer.lr": low + (high - low) * i / 19} for i in range(20)])
    figure = figures(made)["slice"]
    figure.draw_without_rendering()
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == labels


def test_options_that_some_trials_lack_are_in_slices_only():
    made = optuna.create_study(direction="maximize")
    spaces = {"a": IntDistribution(0, 9), "b": IntDistribution(0, 9)}
    for i in range(6):
        kind = "ab"[i % 2]
        distributions = {"kind": CategoricalDistribution(("a", "b")), kind: spaces[kind]}
        made.add_trial(create_trial(params={"kind": kind, kind: i}, distributions=distributions, value=i / 6))
    found = study_figures(made, objectives=OBJECTIVES[:1], evaluator=None)
    shown = found["parallel_coordinates"]()
    assert [text.get_text() for text in shown.axes[0].get_xticklabels()][-1] == "kind"
    assert "a" in " ".join(axes.get_xlabel() for axes in found["slice"]().axes)
