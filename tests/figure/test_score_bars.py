import numpy as np
import pytest

from eegbench.figure import score_bars
from eegbench.types import Score


def one(probe="linear", value=0.62, low=0.55, high=0.69, metric="balanced_accuracy", split="test") -> Score:
    return Score(probe, metric, split, "pooled", value, low, high, 8421)


def test_each_probe_is_a_dot_with_its_interval_from_the_top():
    scores = [one(), one("random_weights", 0.5, 0.4, 0.6), one(metric="accuracy")]
    axes = score_bars(scores, metric="balanced_accuracy", controls=("random_weights",), chance=0.2).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["linear", "random weights"]
    assert axes.yaxis_inverted()
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["chance, 0.20", "0.62 [0.55, 0.69]", "0.50 [0.40, 0.60]"]
    assert axes.get_title("left") == "test, pooled over 8,421 windows"
    assert axes.get_xlabel() == "balanced accuracy"
    chance, linear, control = axes.lines
    assert set(chance.get_xdata()) == {0.2}
    assert linear.get_xdata()[0] == 0.62
    assert control.get_markerfacecolor() == "white"


def test_without_an_interval_the_value_stands_alone():
    axes = score_bars([one(low=np.nan, high=np.nan)], metric="balanced_accuracy").axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.62"]


def test_kappa_below_zero_is_within_the_axis():
    scores = [one(metric="cohen_kappa", value=-0.05, low=-0.2, high=0.1)]
    axes = score_bars(scores, metric="cohen_kappa").axes[0]
    assert axes.get_xlim()[0] < -0.2
    assert axes.get_xlabel() == "Cohen's κ"


def test_undefined_scores_are_said():
    axes = score_bars([one(value=np.nan, low=np.nan, high=np.nan)], metric="balanced_accuracy").axes[0]
    assert [text.get_text() for text in axes.texts] == ["undefined"]


def test_a_metric_without_scores_and_scores_of_two_splits_are_errors():
    with pytest.raises(ValueError, match="None of the scores is of the metric 'f1/N9'"):
        score_bars([one()], metric="f1/N9")
    with pytest.raises(ValueError, match="2 kinds"):
        score_bars([one(), one(split="valid")], metric="balanced_accuracy")
