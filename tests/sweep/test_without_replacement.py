import optuna
import pytest
from omegaconf import OmegaConf
from options import CONF, shipped
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState

from eegbench.sweep.space import Branch, Space
from eegbench.sweep.trial_state import RETRIED, tried
from eegbench.sweep.without_replacement import WithoutReplacement, ask, n_free, taken_points

FINITE = Space({"a": IntDistribution(0, 3), "b": CategoricalDistribution(("x", "y", "z"))})
SMALL = {"nsgaii": {"population_size": 4}}
"""Options that differ from the shipped ones, because the space has 12 points and a generation is to end before."""
SAMPLERS = shipped("hydra/sweeper/sampler", SMALL)


def sampler_of(name, seed):
    """Build a shipped sampler; the grid has none."""
    node = OmegaConf.to_container(OmegaConf.load(CONF / "hydra" / "sweeper" / "sampler" / f"{name}.yaml")) or {}
    options = node | SMALL.get(name, {}) | {"seed": seed}
    kind = options.pop("_target_", None)
    return kind and getattr(optuna.samplers, kind.rpartition(".")[2])(**options)


def draw(space, sampler, n, told=True):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize")
    for number in range(n):
        trial = ask(study, WithoutReplacement(space, sampler_of(sampler, number), number))
        if told:
            study.tell(trial, float(number % 3))
    return study


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
@pytest.mark.parametrize("told", [True, False])
def test_a_finite_space_is_gone_through_without_a_point_twice(name, told):
    study = draw(FINITE, name, 12, told)
    assert len({tuple(sorted(trial.params.items())) for trial in study.trials}) == 12
    assert n_free(FINITE, study.trials) == 0


def test_a_grid_goes_in_order():
    study = draw(FINITE, "grid", 5)
    assert [(t.params["a"], t.params["b"]) for t in study.trials] == [(0, "x"), (0, "y"), (0, "z"), (1, "x"), (1, "y")]


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_the_sampler_still_learns():
    space = Space({"x": FloatDistribution(0, 1), "kind": CategoricalDistribution(("bad", "good"))})
    study = optuna.create_study(direction="maximize")
    for number in range(40):
        trial = ask(study, WithoutReplacement(space, sampler_of("tpe", number), number))
        study.tell(trial, (trial.params["kind"] == "good") - (trial.params["x"] - 0.3) ** 2)
    late = study.trials[20:]
    assert sum(trial.params["kind"] == "good" for trial in late) > 15
    assert study.best_value > 0.99


def test_a_failed_point_is_taken_until_it_is_to_be_tried_again():
    study = draw(FINITE, "grid", 2, told=False)
    study.tell(0, state=TrialState.FAIL)
    assert len(taken_points(FINITE, tried(study))) == 2
    study.set_user_attr(RETRIED, [0])
    assert n_free(FINITE, tried(study)) == 11
    assert ask(study, WithoutReplacement(FINITE, None, 2)).params == study.trials[0].params


GROUPS = Space(
    {
        "task": CategoricalDistribution(("pairs", "views", "masks")),
        "n_pairs": IntDistribution(1, 4),
        "tau": CategoricalDistribution((0.1, 0.5)),
        "lr": CategoricalDistribution((1, 2)),
    },
    (
        Branch({"task": "pairs"}, frozenset({"task", "n_pairs", "lr"})),
        Branch({"task": "views"}, frozenset({"task", "tau", "lr"})),
        Branch({"task": "masks"}, frozenset({"task", "lr"})),
    ),
)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_an_option_is_sampled_only_where_the_chosen_group_has_it(name):
    study = draw(GROUPS, name, 14)
    assert GROUPS.size() == 8 + 4 + 2
    assert all(GROUPS.is_whole(trial.params) for trial in study.trials)
    assert len({tuple(sorted(trial.params.items())) for trial in study.trials}) == 14
    assert n_free(GROUPS, study.trials) == 0


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_a_queued_choice_of_a_group_is_completed_with_the_options_that_it_has(name):
    study = optuna.create_study(direction="maximize")
    for task in ("pairs", "views", "masks", "views"):
        study.enqueue_trial({"task": task, "lr": 2})
    for number in range(4):
        study.tell(ask(study, WithoutReplacement(GROUPS, sampler_of(name, number), number)), 0.5)
    assert [trial.params["task"] for trial in study.trials] == ["pairs", "views", "masks", "views"]
    assert all(GROUPS.is_whole(trial.params) for trial in study.trials)
    assert study.trials[1].params["tau"] != study.trials[3].params["tau"]
