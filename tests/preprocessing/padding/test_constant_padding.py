"""Padding that cannot be is refused."""

import pytest

from eegbench.preprocessing.padding.constant_padding import ConstantPadding


@pytest.mark.parametrize(
    ("padding_s", "value", "message"),
    [
        (0.0, 0.0, "padding_s=0: expected a time above 0 s"),
        (float("inf"), 0.0, "padding_s=inf: expected a time above 0 s"),
        (float("nan"), 0.0, "padding_s=nan: expected a time above 0 s"),
        (60.0, float("inf"), "value=inf: expected a number in µV"),
        (60.0, float("nan"), "value=nan: expected a number in µV"),
    ],
)
def test_padding_that_is_no_number_is_refused(padding_s, value, message):
    with pytest.raises(ValueError, match=message):
        ConstantPadding(padding_s=padding_s, value=value, in_normalisers=False)
