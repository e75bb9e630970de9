import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from eegbench.figure import optimisation_history, parallel_coordinates, pareto_front, pass_curves, slice_plot
from eegbench.figure.trials import best_trial, check_trials, objective_label, varied, wrapped

OBJECTIVE = "valid/linear/balanced_accuracy"
DIRECTIONS = {OBJECTIVE: "maximize"}


def test_the_best_is_the_best_complete_trial_in_its_direction(trials):
    assert best_trial(trials, OBJECTIVE, "maximize") == 3
    assert best_trial(trials, OBJECTIVE, "minimize") == 0
    assert best_trial(trials[trials["state"] != "complete"], OBJECTIVE, "maximize") is None


def test_the_first_of_equals_is_the_best(trials):
    trials[OBJECTIVE] = 0.5
    assert best_trial(trials, OBJECTIVE, "maximize") == 0


def test_a_value_that_is_not_finite_is_never_the_best(trials):
    trials.loc[0, OBJECTIVE] = np.inf
    assert best_trial(trials, OBJECTIVE, "maximize") == 3


def test_what_is_neither_a_fact_nor_an_objective_varied(trials):
    assert varied(trials, DIRECTIONS) == ["trainer.lr", "model", "trainer.schedule.warmup"]


def test_a_table_without_its_columns_is_refused(trials):
    with pytest.raises(ValueError, match=r"\['state'\] are missing"):
        check_trials(trials.drop(columns="state"), DIRECTIONS)
    with pytest.raises(ValueError, match=r"\['COMPLETE'\] are none of these"):
        check_trials(trials.assign(state="COMPLETE"), DIRECTIONS)
    with pytest.raises(ValueError, match=r"\['up'\] are none of these"):
        check_trials(trials, {OBJECTIVE: "up"})


def test_an_objective_is_written_as_words():
    assert objective_label(OBJECTIVE) == "balanced accuracy (valid, linear)"
    assert objective_label("valid_loss") == "valid loss"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("trainer.lr", ["trainer.lr"]),
        ("trainer.optimizer.weight_decay", ["trainer.optimizer.", "weight_decay"]),
        ("a_very_long_name_of_one_option", ["a_very_long_name_", "of_one_option"]),
        ("balanced accuracy (valid, linear)", ["balanced accuracy", "(valid, linear)"]),
    ],
)
def test_a_long_name_breaks_where_it_can_be_read(name, lines):
    assert wrapped(name, 18).split("\n") == lines


def many(rng: np.random.Generator, n: int, n_options: int) -> pd.DataFrame:
    options = {f"group.subgroup.a_rather_long_option_{i}": 10 ** rng.uniform(-6, -1, n) for i in range(n_options)}
    facts = {"trial": range(n), "state": rng.choice(["complete", "pruned", "failed", "running"], n)}
    return pd.DataFrame({**facts, OBJECTIVE: rng.random(n), "run/seconds": rng.random(n), **options})


def figures(table: pd.DataFrame):
    names = [name for name in table if name not in ("trial", "state", OBJECTIVE, "run/seconds")]
    scales = {name: pd.api.types.is_numeric_dtype(table[name]) for name in names}
    one = table.drop(columns="run/seconds")
    both = {OBJECTIVE: "maximize", "run/seconds": "minimize"}
    curves = table.rename(columns={OBJECTIVE: "value"}).assign(step=1)
    best = best_trial(table, OBJECTIVE, "maximize")
    return [
        optimisation_history(table, directions=both),
        pareto_front(table, directions=both),
        parallel_coordinates(one, objective=OBJECTIVE, directions=DIRECTIONS, log=scales),
        slice_plot(one, objective=OBJECTIVE, directions=DIRECTIONS, log=scales),
        pass_curves(curves, metric="valid_loss", best=best),
    ]


TABLES = {
    "forty trials of eight options": lambda table, rng: many(rng, 40, 8),
    "one complete trial": lambda table, rng: table.iloc[:1],
    "one failed trial": lambda table, rng: table.iloc[2:3],
    "no trial": lambda table, rng: table.iloc[:0],
    "none complete": lambda table, rng: table[table["state"] != "complete"],
    "all running": lambda table, rng: table.assign(state="running"),
    "a constant option and objective": lambda table, rng: table.assign(**{"trainer.lr": 0.1, OBJECTIVE: 0.5}),
    "an option of numbers and words": lambda table, rng: table.assign(model=[1, "all", None, 2, 0.5, True]),
    "an option that no trial has": lambda table, rng: table.assign(model=None),
    "a logarithm of zero": lambda table, rng: table.assign(**{"trainer.lr": [0.0, 1e-3, 1e-2, 1e-3, 1e-2, 1e-2]}),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_figure_of_a_sweep_can_be_drawn_of(name, trials, rng):
    table = TABLES[name](trials.assign(**{"run/seconds": trials[OBJECTIVE] * 100}), rng)
    for figure in figures(table):
        figure.draw_without_rendering()
        sizes = [text.get_fontsize() for text in figure.findobj(mpl.text.Text) if text.get_text()]
        assert min(sizes) >= 8
