"""Simulated scorers disagree as the five real ones of DOD-H and DOD-O do."""

from pathlib import Path

import numpy as np
import pytest

from eegbench.agreement.nights import read_nights
from eegbench.dataset.dod_lights import LIGHTS
from eegbench.dataset.simulation.dod_hypnogram import MODELS, draw_scored_night
from eegbench.dataset.simulation.scorers import Habits, consensus_of, draw_scorers, even_steps
from eegbench.score.consensus import soft_agreement

N_NIGHTS = {"dod_h": 25, "dod_o": 55}
SEED = 7
"""Default seed of ``dataset=simulated_dod``."""

SOFT_AGREEMENT = {
    "dod_h": [0.8866, 0.9072, 0.9172, 0.8426, 0.9159],
    "dod_o": [0.8753, 0.8745, 0.8801, 0.8849, 0.9124],
}
"""Of the real scorers, the mean over nights, as published with the evaluation of Guillot et al. 2020."""

CONFUSION = {
    "dod_h": [
        [0.794, 0.094, 0.080, 0.009, 0.023],
        [0.177, 0.410, 0.311, 0.008, 0.094],
        [0.025, 0.049, 0.832, 0.065, 0.029],
        [0.007, 0.004, 0.203, 0.785, 0.001],
        [0.017, 0.039, 0.074, 0.001, 0.869],
    ],
    "dod_o": [
        [0.864, 0.060, 0.055, 0.002, 0.019],
        [0.172, 0.446, 0.326, 0.007, 0.049],
        [0.024, 0.046, 0.807, 0.094, 0.028],
        [0.003, 0.003, 0.362, 0.629, 0.003],
        [0.024, 0.025, 0.088, 0.003, 0.860],
    ],
}
"""Share of another scorer's stage (columns) where a scorer gives a stage (rows), the mean over the 20 ordered pairs: of
the same lists, by `eegbench.agreement.rating.pairwise_confusion`."""

SHARES = {"dod_h": [0.123, 0.061, 0.482, 0.142, 0.192], "dod_o": [0.197, 0.054, 0.493, 0.103, 0.152]}
"""Of the stages in the consensus of all scorers (references of the evaluation: 3037, 1505, … of 24,665 epochs)."""

TO_EACH_OTHER = ~np.eye(5, dtype=bool)


def nights(model: str, seed: int = SEED):
    return [draw_scored_night(model, i, hours=None, seed=seed) for i in range(N_NIGHTS[model])]


def shares_of_pairs(scored: list[np.ndarray]) -> np.ndarray:
    """Return the distribution of the second scorer's stage for each stage of the first (20 pairs, 5, 5)."""
    votes = [np.eye(5)[np.maximum(one, 0)] for one in scored]
    counts = sum(np.einsum("ans,bnt->abst", one, one) for one in votes)[TO_EACH_OTHER]
    return counts / counts.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("model", N_NIGHTS)
def test_scorers_agree_as_much_as_real_ones_and_mistake_the_same_stages(model: str):
    scored = [night.scored for night in nights(model)]
    agreement = np.mean([soft_agreement(one) for one in scored], axis=0)
    assert agreement == pytest.approx(SOFT_AGREEMENT[model], abs=0.02)
    assert shares_of_pairs(scored).mean(axis=0) == pytest.approx(np.array(CONFUSION[model]), abs=0.03)


@pytest.mark.realdata
@pytest.mark.parametrize(("model", "name"), [("dod_h", "dodh"), ("dod_o", "dodo")])
def test_every_pair_of_scorers_is_like_the_real_pair(model: str, name: str, shared_data: Path):
    _, real = read_nights(shared_data / "dod-scorers" / "scorers" / name, LIGHTS)
    lists = [night.stages for night in real]
    assert np.mean([soft_agreement(one) for one in lists], axis=0) == pytest.approx(SOFT_AGREEMENT[model], abs=1e-4)
    assert shares_of_pairs(lists).mean(axis=0) == pytest.approx(np.array(CONFUSION[model]), abs=2e-3)
    found = shares_of_pairs([night.scored for night in nights(model)])
    assert found == pytest.approx(shares_of_pairs(lists), abs=0.05)


@pytest.mark.parametrize("model", N_NIGHTS)
def test_the_consensus_has_the_stages_of_the_real_one(model: str):
    several = nights(model)
    counts = np.bincount(np.concatenate([night.consensus for night in several]), minlength=5)
    assert counts / counts.sum() == pytest.approx(SHARES[model], abs=0.03)
    hours = [len(night.truth) / 120 for night in several]
    assert 7.5 < np.mean(hours) < 8.5


def test_scorers_disagree_at_changes_of_stage_and_their_doubts_last():
    several = nights("dod_h")
    truth, scored = (
        np.concatenate(x, axis=-1) for x in zip(*[(one.truth, one.scored) for one in several], strict=True)
    )
    wrong = scored != truth
    beside = np.r_[True, np.diff(truth) != 0] | np.r_[np.diff(truth) != 0, True]
    assert wrong[:, beside].mean() > 2 * wrong[:, ~beside].mean()
    again = (wrong[:, 1:] & wrong[:, :-1]).mean() / wrong.mean()
    assert again > 3 * wrong.mean()  # by chance it would be wrong.mean()


def test_a_night_depends_on_its_number_and_seed_alone():
    once, again = (draw_scored_night("dod_o", 3, hours=2.0, seed=5) for _ in range(2))
    assert np.array_equal(once.scored, again.scored)
    assert once.scored.shape == (5, 240)
    other = draw_scored_night("dod_o", 4, hours=2.0, seed=5)
    assert not np.array_equal(once.truth, other.truth)


def test_scorers_who_always_say_the_stage_agree():
    says = np.broadcast_to(np.eye(5)[:, None, None], (5, 3, 4, 5))
    habits = Habits(kinds=np.full((2, 5, 3), 1 / 3), says=says)
    truth = np.array([0, 1, 2, 2, 3, 4])
    scored = draw_scorers(truth, habits, number=0, seed=0)
    assert scored.tolist() == [truth.tolist()] * 4
    assert consensus_of(scored).tolist() == truth.tolist()


def test_steps_are_the_golden_and_the_plastic_ratio():
    assert even_steps(1) == pytest.approx([0.6180339887])
    assert even_steps(2) == pytest.approx([0.7548776662, 0.5698402910])


@pytest.mark.parametrize("model", MODELS)
def test_the_numbers_are_shares(model: str):
    habits = MODELS[model].habits
    assert habits.kinds.shape == (2, 5, 3)
    assert habits.says.shape == (5, 3, 5, 5)
    assert habits.kinds.sum(axis=-1) == pytest.approx(np.ones((2, 5)), abs=2e-3)
    assert habits.says.sum(axis=-1) == pytest.approx(np.ones((5, 3, 5)), abs=4e-3)
