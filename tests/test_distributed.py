"""Sums, broadcasts and gathers over several processes; a single process returns its input unchanged."""

import pytest
import torch
from joint_work import gradients_of_a_layer_that_only_one_process_uses, info_nce, what_each_sees

from eegbench import distributed

pytestmark = pytest.mark.slow


@pytest.fixture
def found(two_processes):
    return two_processes


def test_each_process_knows_who_it_is_and_has_its_share_of_a_batch(found):
    first, second = (one["sees"] for one in found)
    assert [(one["rank"], one["n"], one["is_main"]) for one in (first, second)] == [(0, 2, True), (1, 2, False)]
    assert (first["share"], second["share"]) == (slice(10, 13), slice(13, 17))
    assert (first["share of one"], second["share of one"]) == (slice(3, 3), slice(3, 4))
    assert (first["share in blocks"], second["share in blocks"]) == (slice(10, 14), slice(14, 20))


def test_what_process_0_says_does_and_weighs_is_everyones(found):
    for one in (one["sees"] for one in found):
        assert one["told"] == {"said by": 0}
        assert one["done"] == "done by 0"
        assert one["weight"] == [[0.0, 0.0]]


def test_what_fails_in_process_0_fails_in_all(found):
    first, second = (one["sees"]["refused"] for one in found)
    assert first == "ValueError: the disk is full, say"
    assert second == "PeerLostError: process 0 stopped with an error; see its error message."


def test_sums_and_rows_of_all_processes_are_known_to_each(found):
    for one in (one["sees"] for one in found):
        assert one["total"] == 3.0
        assert one["gathered"] == [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]


def test_a_contrastive_loss_over_gathered_rows_has_the_value_and_gradient_of_one_process(found):
    value, gradient = info_nce()
    assert gradient.abs().max() > 0.1
    for one in found:
        assert one["info_nce"][0] == pytest.approx(value, abs=1e-6)
        torch.testing.assert_close(one["info_nce"][1], gradient, rtol=1e-5, atol=1e-6)


def test_a_gradient_that_one_process_lacks_is_the_others_and_one_that_all_lack_stays_none(found):
    alone = gradients_of_a_layer_that_only_one_process_uses()
    assert alone == [[[1.0, 1.0]], [1.0], None, None]
    assert all(one["unused"] == alone for one in found)


def test_one_process_is_left_as_it_is():
    sees = what_each_sees()
    assert (sees["rank"], sees["n"], sees["is_main"]) == (0, 1, True)
    assert sees["share"] == slice(10, 17)
    assert sees["gathered"] == [[0.0, 0.0]]
    x = torch.ones(2)
    assert distributed.total(x) is x
    assert distributed.gather(x) is x
