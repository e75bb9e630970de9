"""A label curve's row is the probe on all labels, and no subset uses a label outside it."""

import numpy as np
import pandas as pd
import pytest
from labelled import given

from eegbench.config import ConfigError
from eegbench.probe import Labelled, Probe
from eegbench.probe.label_curve import LabelCurve
from eegbench.probe.linear import Linear


class Watched(Probe):
    """Keeps what it is fitted to."""

    needs = "embeddings"

    def __init__(self):
        self.seen = []

    def fit(self, train, valid, rng):
        self.seen.append((train, valid, rng.random()))
        return Linear(C=(0.01, 1.0), max_iter=1000).fit(train, valid, rng)


def parts():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=300)
    whole = given(rng.standard_normal((300, 4)) + 2 * np.eye(4)[y], y, 3)
    whole.store.__dict__["table"] = pd.DataFrame({"subject": np.repeat([f"s{i}" for i in range(6)], 50)})
    return tuple(
        Labelled(rows, y[rows], whole.embeddings, whole.encoder, whole.store)
        for rows in (np.arange(200), np.arange(200, 300))
    )


def curve(probe, **changes):
    options = {"n_labels": (3, 10), "n_subjects": (2,), "n_draws": 2, "choose_share": 0.2}
    return LabelCurve(probe=probe, **(options | changes))


def test_the_row_in_tables_is_the_probe_on_all_labels():
    train, valid = parts()
    expected = Linear(C=(0.01, 1.0), max_iter=1000).fit(train, valid, np.random.default_rng(0))
    found = curve(Linear(C=(0.01, 1.0), max_iter=1000)).fit(train, valid, np.random.default_rng(0))
    np.testing.assert_array_equal(found.probabilities(valid.rows), expected.probabilities(valid.rows))
    assert found.facts == expected.facts


def test_a_subset_is_all_that_a_fit_sees_and_valid_is_not_used():
    probe = Watched()
    train, valid = parts()
    classifier = curve(probe).fit(train, valid, np.random.default_rng(0))
    assert len(probe.seen) == 1  # subsets are fitted when they are asked for
    budgets = [budget for budget, _ in classifier.fits()]
    assert [(one.axis, one.size) for one in budgets] == 2 * [("labels", 3), ("labels", 10), ("subjects", 2)]
    for budget, (fitted, chosen, _) in zip(budgets, probe.seen[1:], strict=True):
        np.testing.assert_array_equal(fitted.rows, train.rows[budget.fit])
        np.testing.assert_array_equal(chosen.rows, train.rows[budget.choose])
        np.testing.assert_array_equal(fitted.y, train.y[budget.fit])
    assert len({number for *_, number in probe.seen}) == len(probe.seen)


def test_sizes_that_train_does_not_have_are_named():
    train, valid = parts()
    fitted = curve(Linear(C=1.0, max_iter=100), n_labels=(3, 500), n_subjects=(2, 9)).fit(
        train, valid, np.random.default_rng(0)
    )
    assert fitted.missing() == [
        "label curve: train does not have 500 labels in each class; drawn: 3",
        "label curve: train does not have 9 labelled subjects; drawn: 2, 4",
    ]
    assert curve(Linear(C=1.0, max_iter=100)).fit(train, valid, np.random.default_rng(0)).missing() == []


def test_encoders_are_compared_on_the_same_subsets():
    train, valid = parts()
    first, second = (
        curve(Linear(C=1.0, max_iter=1000)).fit(train, valid, np.random.default_rng(0)).drawn for _ in range(2)
    )
    assert all((a.fit == b.fit).all() for a, b in zip(first, second, strict=True))


def test_a_curve_of_a_curve_and_a_curve_without_sizes_are_refused():
    with pytest.raises(ConfigError, match="cannot be the probe of a label curve"):
        curve(curve(Linear(C=1.0, max_iter=10)))
    with pytest.raises(ConfigError, match=r"neither n_labels nor n_subjects.*n_labels=\[1,10,100\]"):
        curve(Linear(C=1.0, max_iter=10), n_labels=(), n_subjects=())
