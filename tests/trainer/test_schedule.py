"""Factors on the learning rate, step by step."""

import pytest
from small_training import loop, material, modules

from eegbench.trainer.schedule.constant import Constant
from eegbench.trainer.schedule.cosine import Cosine
from eegbench.trainer.schedule.warmup_exponential import WarmupExponential

STEPS = {"steps_of_pass": 5, "max_passes": 2}


def test_a_constant_factor_is_1():
    assert [Constant().factor(step, **STEPS) for step in (0, 5, 9)] == [1.0, 1.0, 1.0]


def test_a_cosine_goes_from_1_by_one_half_to_nearly_0():
    assert Cosine().factor(0, **STEPS) == 1.0
    assert Cosine().factor(5, **STEPS) == pytest.approx(0.5)
    assert Cosine().factor(9, **STEPS) == pytest.approx(0.0245, abs=1e-4)


def warmup(step, steps_of_pass=60, warmup_steps=1000, decay=0.995):
    schedule = WarmupExponential(warmup_steps=warmup_steps, decay=decay)
    return schedule.factor(step, steps_of_pass=steps_of_pass, max_passes=300)


def test_a_warm_up_rises_to_the_full_learning_rate_in_its_last_step():
    assert 5e-3 * warmup(0) == pytest.approx(5e-6)
    assert 5e-3 * warmup(499) == pytest.approx(2.5e-3)
    assert 5e-3 * warmup(999) == 5e-3


def test_after_the_warm_up_each_pass_that_ended_multiplies_by_the_decay():
    assert {warmup(step) for step in range(1000, 1020)} == {1.0}  # the rest of pass 17, whose steps end with 1019
    assert {warmup(step) for step in range(1020, 1080)} == {0.995}
    assert warmup(1020 + 10 * 60) == pytest.approx(0.995**11)
    assert warmup(60 * 299) == pytest.approx(0.995 ** (299 - 16))


def test_a_warm_up_that_ends_with_a_pass_is_followed_by_the_first_decay():
    assert [warmup(step, steps_of_pass=5, warmup_steps=10, decay=0.5) for step in (9, 10, 14, 15)] == [
        1,
        0.5,
        0.5,
        0.25,
    ]


def test_without_a_warm_up_the_first_pass_has_the_full_learning_rate():
    assert [warmup(step, steps_of_pass=5, warmup_steps=0, decay=0.5) for step in (0, 4, 5, 10)] == [1, 1, 0.5, 0.25]


def test_a_training_that_was_interrupted_in_its_warm_up_goes_on_with_the_same_learning_rates(tmp_path):
    def fitted(folder, max_passes):
        trainer = loop(schedule=WarmupExponential(warmup_steps=6, decay=0.5), max_passes=max_passes)
        return trainer.fit(*modules(), material(), folder=tmp_path / folder, after_pass=lambda row: {}).history

    fitted("parted", 1)
    assert fitted("parted", 4)["lr"].tolist() == fitted("whole", 4)["lr"].tolist()
    assert fitted("whole", 4)["lr"].tolist()[1:] == pytest.approx([1e-2 * 4 / 6, 1e-2, 5e-3, 2.5e-3])


@pytest.mark.parametrize(("n_steps", "is_short"), [(0, False), (1, True), (9, True), (10, False), (50, False)])
def test_training_that_ends_within_the_warm_up_falls_short(n_steps, is_short):
    note = WarmupExponential(warmup_steps=10, decay=1.0).shortfall(n_steps)
    assert (note is not None) == is_short
    if note:
        assert note.startswith(f"Training ended after {n_steps} of trainer.schedule.warmup_steps=10 steps")
        assert f"rose to {n_steps / 10:g} times trainer.lr" in note
    assert Constant().shortfall(n_steps) is None
    assert Cosine().shortfall(n_steps) is None
