"""Factors on the learning rate, step by step."""

import pytest

from eegbench.trainer.schedule.constant import Constant
from eegbench.trainer.schedule.cosine import Cosine

STEPS = {"steps_of_pass": 5, "max_passes": 2}


def test_a_constant_factor_is_1():
    assert [Constant().factor(step, **STEPS) for step in (0, 5, 9)] == [1.0, 1.0, 1.0]


def test_a_cosine_goes_from_1_by_one_half_to_nearly_0():
    assert Cosine().factor(0, **STEPS) == 1.0
    assert Cosine().factor(5, **STEPS) == pytest.approx(0.5)
    assert Cosine().factor(9, **STEPS) == pytest.approx(0.0245, abs=1e-4)
