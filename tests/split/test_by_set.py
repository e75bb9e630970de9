"""Sets stay complete except for the subjects for validation, and no subject is in two splits."""

import pandas as pd
import pytest

from eegbench.split.by_set import BySet

SETS = {"home": 10, "away": 3, "third": 2}


def by_set(**changes) -> BySet:
    return BySet(**({"train": ("home",), "test": ("away",), "n_valid": 0.2, "seed": 0} | changes))


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [(name, f"{name}-{number}", start) for name, n in SETS.items() for number in range(n) for start in (0, 30)]
    return pd.DataFrame(rows, columns=["set", "subject", "start_s"])


def subjects(table: pd.DataFrame, split: BySet) -> dict[str, set[str]]:
    return table.groupby(split.assign(table))["subject"].agg(set).to_dict()


def test_the_named_sets_train_and_test_and_others_do_neither(table):
    found = subjects(table, by_set())
    assert found["test"] == {"away-0", "away-1", "away-2"}
    assert found[""] == {"third-0", "third-1"}
    assert len(found["valid"]) == 2
    assert found["train"] | found["valid"] == {f"home-{number}" for number in range(10)}
    assert not found["train"] & found["valid"]


def test_several_sets_train_or_test(table):
    found = subjects(table, by_set(train=("away", "third"), test=("home",), n_valid=1))
    assert len(found["train"] | found["valid"]) == 5
    assert len(found["test"]) == 10
    assert "" not in found


def test_the_seed_decides_who_chooses(table):
    valid = [subjects(table, by_set(seed=seed, n_valid=3))["valid"] for seed in range(4)]
    assert valid[0] == subjects(table, by_set(seed=0, n_valid=3))["valid"]
    assert len({frozenset(one) for one in valid}) > 1


@pytest.mark.parametrize(("n_source", "n_valid"), [(55, 17), (25, 8)], ids=["DOD-O to DOD-H", "DOD-H to DOD-O"])
def test_twenty_trials_of_a_transfer_have_twenty_different_trains(n_source, n_valid):
    rows = [(name, f"{name}-{number:02d}") for name, n in (("home", n_source), ("away", 4)) for number in range(n)]
    records = pd.DataFrame(rows, columns=["set", "subject"])
    trials = [subjects(records, by_set(n_valid=0.3, seed=seed)) for seed in range(20)]
    assert {len(trial["valid"]) for trial in trials} == {n_valid}
    assert len({frozenset(trial["train"]) for trial in trials}) == 20
    assert all(trial["test"] == trials[0]["test"] for trial in trials)


def test_nobody_chooses_where_none_is_asked_for(table):
    assert set(by_set(n_valid=0).assign(table)) == {"train", "test", ""}


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        (("home",), ("home",), r"split.train=\['home'\], split.test=\['home'\]: home stands in both"),
        ((), ("away",), "each needs a set"),
        (("home",), (), "each needs a set"),
    ],
)
def test_names_that_cannot_be_are_refused_at_once(train, test, message):
    with pytest.raises(ValueError, match=message):
        by_set(train=train, test=test)


def test_unknown_sets_are_refused_with_those_that_there_are(table):
    with pytest.raises(ValueError, match=r"split\.test=\['far'\]: there is no set far; there are away, home, third\."):
        by_set(test=("far",)).assign(table)
    with pytest.raises(ValueError, match=r"split\.train=\['home'\].*only dataset=joined has sets with names"):
        by_set().assign(table.assign(set=""))


def test_a_subject_of_sets_of_both_is_refused(table):
    shared = table.replace({"subject": {"away-0": "home-0"}})
    with pytest.raises(ValueError, match="home-0 are in sets of both"):
        by_set().assign(shared)


def test_too_many_who_choose_are_refused(table):
    with pytest.raises(ValueError, match=r"split\.n_valid=10: 10 subjects for valid leave none of the 10 of home"):
        by_set(n_valid=10).assign(table)
