import dataclasses

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution

from eegbench.sweep.plan import Plan
from eegbench.sweep.space import Space


@pytest.fixture
def plan(tmp_path):
    """A small plan; `plan(n_trials=3)` changes it."""

    def make(**changes):
        base = Plan(
            study="small",
            address=str(tmp_path / "small.journal"),
            folder=tmp_path / "small",
            fixed=("seed=1",),
            space=Space({"x": FloatDistribution(0, 1), "kind": CategoricalDistribution(("a", "b"))}),
            objectives=("valid/linear/balanced_accuracy",),
            options={"seed": 1},
            n_trials=5,
            n_jobs=1,
            sampler={"_target_": "optuna.samplers.RandomSampler", "seed": 0},
            pruner=None,
            max_failure_rate=0.0,
            retry_failed=False,
        )
        return dataclasses.replace(base, **changes)

    return make
