import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from eegbench.score.metric import METRICS, evaluate, f1, precision, recall

CLASSES = ("W", "N1", "N2", "N3", "R")

windows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


def counted(pairs: list[tuple[int, int]]) -> np.ndarray:
    matrix = np.zeros((5, 5), dtype=np.int64)
    np.add.at(matrix, tuple(np.array(pairs).T), 1)
    return matrix


@pytest.mark.slow
@given(windows)
def test_every_metric_equals_that_of_scikit_learn_also_where_classes_are_missing(pairs):
    truth, predicted = np.array(pairs).T
    ours = evaluate(counted(pairs), CLASSES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of classes that are predicted and not labelled
        theirs = {
            "balanced_accuracy": sk.balanced_accuracy_score(truth, predicted),
            "accuracy": sk.accuracy_score(truth, predicted),
            "cohen_kappa": sk.cohen_kappa_score(truth, predicted),
            "macro_f1": sk.f1_score(truth, predicted, average="macro"),
            "weighted_f1": sk.f1_score(truth, predicted, average="weighted"),
        }
        each = sk.f1_score(truth, predicted, labels=range(5), average=None, zero_division=np.nan)
    theirs |= {f"f1/{name}": value for name, value in zip(CLASSES, each, strict=True)}
    assert list(ours) == list(theirs)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, atol=1e-12, err_msg=name)


def test_a_batch_of_matrices_is_evaluated_as_each_alone():
    batch = np.random.default_rng(0).integers(0, 9, (3, 4, 5, 5))
    together = evaluate(batch, CLASSES)
    for i, j in np.ndindex(3, 4):
        for name, value in evaluate(batch[i, j], CLASSES).items():
            np.testing.assert_allclose(together[name][i, j], value)


def test_what_is_undefined_is_nan_and_no_warning():
    nothing = evaluate(np.zeros((5, 5), dtype=int), CLASSES)
    assert all(np.isnan(value) for value in nothing.values())
    one_class = np.diag([3, 0, 0, 0, 0])
    assert np.isnan(METRICS["cohen_kappa"](one_class))
    assert METRICS["balanced_accuracy"](one_class) == 1.0
    np.testing.assert_array_equal(f1(one_class), [1, np.nan, np.nan, np.nan, np.nan])


def test_precision_and_recall_are_by_column_and_by_row():
    matrix = np.array([[3, 1], [2, 0]])
    np.testing.assert_allclose(precision(matrix), [3 / 5, 0])
    np.testing.assert_allclose(recall(matrix), [3 / 4, 0])


@pytest.mark.parametrize("name", METRICS)
def test_a_perfect_prediction_scores_one(name):
    assert METRICS[name](np.diag([4, 1, 7])) == pytest.approx(1.0)
