import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from eegbench.interpretability.base import Attribution
from eegbench.interpretability.recovery import by_channel, by_place, rank_auc


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2))
def test_it_is_the_area_under_the_roc_curve(pairs):
    values, truth = np.array([value for value, _ in pairs], float), np.array([true for _, true in pairs])
    assume(0 < truth.sum() < len(truth))
    assert rank_auc(values, truth) == pytest.approx(roc_auc_score(truth, values))


def test_without_anything_to_tell_apart_there_is_no_area():
    with pytest.raises(ValueError, match="0 of 3 places"):
        rank_auc(np.arange(3.0), np.zeros(3, bool))


def test_strengths_of_channels_and_places_have_no_sign():
    values = np.array([[[1.0, -2.0], [3.0, 0.0]]])
    found = Attribution(values, "score", "time_s", np.arange(2.0), ("a",), ("C", "D"))
    assert by_channel(found).tolist() == [1.5, 1.5]
    assert by_place(found).tolist() == [2.0, 1.0]
