"""Measures of embeddings: known values on embeddings that are made for them."""

import numpy as np
import pandas as pd
import pytest

from eegbench.score.representation import Embedded, effective_rank, representation

N_EACH = 60


def embedded(by_label=0.0, by_subject=0.0, by_sex=0.0, by_age=0.0, n_subjects=8, first=0, seed=0):
    """Return embeddings that differ by so much between labels, subjects, sexes and ages."""
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(n_subjects), N_EACH)
    label = np.tile(np.repeat([0, 1], N_EACH // 2)[rng.permutation(N_EACH)], n_subjects)
    sex, age = number % 2, 20.0 + 5 * number
    own = rng.standard_normal((n_subjects, 6))[number]
    features = rng.standard_normal((len(number), 6)) + by_subject * own
    features[:, 0] += by_label * label
    features[:, 1] += by_sex * sex
    features[:, 2] += by_age * age
    names = [f"s{first + one}" for one in number]
    windows = pd.DataFrame(
        {"subject": names, "recording": names, "start_s": np.tile(30.0 * np.arange(N_EACH), n_subjects)}
    )
    return Embedded(features, windows.assign(label=label, sex=np.array(["F", "M"])[sex], age=age))


def measured(**of):
    train, test = embedded(**of), embedded(first=100, seed=1, **of)
    rows = representation(train, test, np.random.default_rng(0))
    return {name: (value, chance) for name, value, chance in rows}


def values(one):
    return {name: value for name, value, _ in representation(one, one, np.random.default_rng(0))}


def test_noise_has_the_values_of_chance():
    found = measured()
    for name in ("label_purity", "subject_purity", "subject_accuracy", "sex_balanced_accuracy"):
        value, chance = found[name]
        assert value == pytest.approx(chance, abs=0.07), name
    assert found["alignment"][0] == pytest.approx(found["alignment"][1], rel=0.05)
    assert found["age_error"][0] == pytest.approx(found["age_error"][1], rel=0.2)
    assert found["effective_rank"][0] == pytest.approx(6, abs=0.1)


@pytest.mark.parametrize(
    ("of", "name", "least"),
    [("by_label", "label_purity", 0.9), ("by_subject", "subject_purity", 0.9), ("by_subject", "subject_accuracy", 0.9)],
)
def test_what_embeddings_differ_by_is_found(of, name, least):
    assert measured(**{of: 6.0})[name][0] > least


def test_sex_and_age_are_learned_on_train_and_found_on_other_subjects():
    assert measured(by_sex=6.0)["sex_balanced_accuracy"][0] > 0.95
    error, chance = measured(by_age=1.0)["age_error"]
    assert error < 2 < 9 < chance


def test_neighbours_of_a_label_are_those_of_other_subjects():
    """A subject's own windows are alike, whatever their labels: that must not count as purity of labels."""
    value, chance = measured(by_subject=6.0)["label_purity"]
    assert value == pytest.approx(chance, abs=0.07)


def test_the_effective_rank_counts_directions_and_a_point_has_the_lowest_uniformity():
    axes = np.eye(5)[np.arange(500) % 5]
    assert effective_rank(np.concatenate([axes, -axes])) == pytest.approx(5)
    line = np.outer(np.linspace(-1, 1, 50), np.ones(4))
    assert effective_rank(line) == pytest.approx(1)
    train = embedded()
    spread = values(train)
    thin = Embedded(train.features * [100, 1, 1, 1, 1, 1] + [0, 0, 0, 0, 0, 1e3], train.windows)
    same = Embedded(np.ones_like(train.features) + 1e-9 * train.features[:, :1], train.windows)
    assert spread["uniformity"] < -2
    assert values(same)["uniformity"] > spread["uniformity"]
    assert values(thin)["effective_rank"] == pytest.approx(6, abs=0.1)  # features are standardised


def test_measures_that_need_more_subjects_or_unknown_facts_are_left_out():
    few = embedded(n_subjects=2)
    found = {name for name, *_ in representation(few, few, np.random.default_rng(0))}
    assert found == {"effective_rank", "uniformity", "alignment", "label_purity", "subject_purity", "subject_accuracy"}
    unknown = Embedded(few.features, few.windows.drop(columns=["sex", "age"]))
    assert {name for name, *_ in representation(unknown, unknown, np.random.default_rng(0))} == found
