import numpy as np
import pandas as pd
import pytest

from eegbench.figure import forest


@pytest.fixture
def table():
    rows = [
        ("group", "chambon2018", 0.62, 0.55, 0.69),
        ("group", "stager net", 0.55, 0.5, 0.6),
        ("control", "random weights", 0.5, np.nan, np.nan),
    ]
    return pd.DataFrame(rows, columns=["kind", "name", "value", "ci_low", "ci_high"])


@pytest.fixture
def differences():
    rows = [("chambon2018", "stager net", 0.07, 0.02, 0.12, 0.0001), ("a" * 30, "b" * 30, -0.01, -0.1, 0.08, 0.6)]
    return pd.DataFrame(rows, columns=["a", "b", "value", "ci_low", "ci_high", "p_holm"])


def labels(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def test_groups_stand_above_controls_in_grey_with_their_intervals(table, differences):
    figure = forest(table, differences.iloc[:0], metric="balanced accuracy", title="test")
    (axes,) = figure.axes
    assert labels(axes) == ["chambon2018", "stager net", "random weights"]
    assert axes.yaxis_inverted()
    assert [text.get_text() for text in axes.texts] == ["0.62 [0.55, 0.69]", "0.55 [0.50, 0.60]", "0.50"]
    assert [line.get_markerfacecolor() == "white" for line in axes.lines] == [False, False, True]
    assert len(axes.collections) == 2  # the control has no interval
    assert axes.get_xlabel() == "balanced accuracy"


def test_differences_stand_around_zero_filled_where_they_are_significant(table, differences):
    axes = forest(table, differences, metric="κ", title="test").axes[1]
    low, high = axes.get_xlim()
    assert low < -0.1 < 0.12 < high
    zero, first, second = axes.lines
    assert set(zero.get_xdata()) == {0}
    assert first.get_markerfacecolor() != "white"
    assert second.get_markerfacecolor() == "white"
    assert [text.get_text() for text in axes.texts] == [
        "+0.07 [+0.02, +0.12]   p < 0.001",
        "−0.01 [−0.10, +0.08]   p = 0.600",
    ]
    assert labels(axes) == ["chambon2018 − stager net", f"{'a' * 30}\n− {'b' * 30}"]


def test_below_six_subjects_values_stand_alone(table, differences):
    table[["ci_low", "ci_high"]] = differences[["ci_low", "ci_high", "p_holm"]] = np.nan
    first, second = forest(table, differences, metric="κ", title="test").axes
    assert [text.get_text() for text in second.texts] == ["+0.07", "−0.01"]
    assert len(first.collections) == 0
