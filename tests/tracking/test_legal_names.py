import pytest
from hypothesis import given
from hypothesis import strategies as st

from eegbench.tracking.database import quiet
from eegbench.tracking.legal_names import MAX_NAME, legal_names


def test_ordinary_names_stay():
    names = ["trainer.lr", "test/f1/N1", "loss", "κ", "a b:c-d_e"]
    assert legal_names(names) == {name: name for name in names}


def test_illegal_characters_become_underscores():
    assert legal_names(["probe[0]@x=1"]) == {"probe[0]@x=1": "probe_0__x_1"}


def test_names_that_would_meet_are_kept_apart_the_same_way_each_time():
    first, second = legal_names(["a=b", "a+b"]), legal_names(["a+b", "a=b"])
    assert first == second
    assert len(set(first.values())) == 2


def test_a_long_name_is_shortened_with_a_digest():
    name = "x" * 300
    assert len(legal_names([name])[name]) == MAX_NAME


@pytest.mark.slow
@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=300), unique=True, max_size=8))
def test_mlflow_accepts_every_name(names):
    with quiet():
        from mlflow.entities import Metric
        from mlflow.utils.validation import _validate_length_limit, _validate_metric_name

    legal = legal_names(names)
    assert len(set(legal.values())) == len(names)
    for name in legal.values():
        _validate_metric_name(name)
        _validate_length_limit("name", MAX_NAME, name)
        assert Metric(name, 1.0, 0, 0).key == name
