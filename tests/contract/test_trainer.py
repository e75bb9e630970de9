"""Contract of every schedule in conf/trainer/schedule and every penalty in conf/trainer/penalty."""

import pytest
from options import CONF, node_of, shipped
from small_training import modules

from eegbench.config import build
from eegbench.trainer.penalty import Penalty
from eegbench.trainer.schedule import Schedule

SIZES = {"steps_of_pass": 60, "max_passes": 30}
N_STEPS = 60 * 30


@pytest.fixture(params=shipped("trainer/schedule"))
def schedule(request) -> Schedule:
    return build(node_of(CONF / "trainer" / "schedule" / f"{request.param}.yaml"), Schedule)


@pytest.fixture(params=shipped("trainer/penalty"))
def penalty(request) -> Penalty:
    return build(node_of(CONF / "trainer" / "penalty" / f"{request.param}.yaml"), Penalty)


def test_a_schedule_is_a_pure_function_of_the_step_and_reaches_the_full_learning_rate(schedule):
    there = [schedule.factor(step, **SIZES) for step in range(N_STEPS)]
    back = [schedule.factor(step, **SIZES) for step in reversed(range(N_STEPS))]
    assert there == back[::-1]
    assert min(there) >= 0
    assert max(there) == 1
    assert schedule.shortfall(N_STEPS) is None


def test_a_penalty_moves_trainable_weights_alone_and_nothing_that_is_left_out(penalty):
    encoder, task = modules()
    encoder.last.requires_grad_(False)
    value = penalty(encoder, task)
    value.backward()
    assert value.item() > 0
    named = [*encoder.named_parameters("encoder"), *task.named_parameters("task")]
    moved = {name for name, parameter in named if parameter.grad is not None}
    assert "encoder.first.weight" in moved
    assert not {name for name in moved if name.startswith("encoder.last") or any(t in name for t in penalty.leave_out)}
