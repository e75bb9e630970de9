"""The stored statistics are those of the real nights, and the functions that compute them count correctly."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from eegbench.dataset.simulation.measured import CONSENSUS_GIVEN_EXPERT, REAL
from eegbench.dataset.simulation.statistics import (
    beside_a_change,
    bouts,
    consensus_given_expert,
    describe,
    main,
    night_span,
    read_scorers,
    read_sequences,
)


def test_a_nap_before_a_long_wake_is_no_part_of_the_night():
    stages = np.array([0] * 50 + [1] * 5 + [0] * 61 + [2] * 40 + [0] * 60 + [4] * 10 + [0] * 30)
    assert night_span(stages) == (116, 226)


def test_a_hypnogram_without_sleep_has_no_night():
    with pytest.raises(ValueError, match="no epoch of sleep"):
        night_span(np.zeros(10, dtype=np.int64))


def test_bouts_are_runs_of_equal_epochs():
    stage, start, length = bouts(np.array([1, 1, 2, 0, 0, 0]))
    assert (stage.tolist(), start.tolist(), length.tolist()) == ([1, 2, 0], [0, 2, 3], [2, 1, 3])


def test_both_epochs_at_a_change_lie_beside_it():
    assert beside_a_change(np.array([1, 1, 1, 2, 2, 2])).tolist() == [False, False, True, True, False, False]


def test_the_majority_is_counted_for_each_expert_and_ties_are_left_out():
    scored = np.array([[2, 2, 2, 1], [2, 2, 2, 1], [2, 2, 3, 2], [2, 2, 3, 2], [2, 2, 3, -1]])
    with np.errstate(invalid="ignore"):
        inside, beside = consensus_given_expert([scored])
    assert inside[2, 2] == 1.0
    assert beside[2].tolist() == [0, 0, 3 / 5, 2 / 5, 0]
    assert beside[3].tolist() == [0, 0, 0, 1, 0]


def test_shares_bouts_and_transitions_of_a_small_night():
    found = describe([np.array([0] * 100 + [1, 1, 2, 2, 2, 2] + [0] * 100)])
    assert found.shares == pytest.approx(np.array([120, 2, 4, 0, 0]) / 126)
    assert found.transitions[0, 1, 2] == 1.0
    assert found.bout_means[0, 1] == 2.0
    assert found.bout_tenths[2].mean() == pytest.approx(0.4)  # one bout fills one of ten tenths


@pytest.mark.realdata
def test_the_carried_statistics_are_those_of_the_18_real_nights(shared_data: Path):
    found = describe(read_sequences(shared_data / "sleep-edf" / "stage_sequences.json"))
    for field in fields(REAL):
        np.testing.assert_allclose(getattr(found, field.name), getattr(REAL, field.name), atol=6e-4)


@pytest.mark.realdata
def test_the_carried_disagreement_is_that_of_the_scorers(shared_data: Path):
    found = consensus_given_expert(read_scorers(shared_data / "dod-scorers" / "scorers" / "dodh"))
    np.testing.assert_allclose(found, CONSENSUS_GIVEN_EXPERT, atol=6e-4)


@pytest.mark.realdata
def test_the_documented_command_prints_them(shared_data: Path, capsys: pytest.CaptureFixture[str]):
    main(str(shared_data))
    assert "[0.158, 0.081, 0.428, 0.156, 0.178]" in capsys.readouterr().out
