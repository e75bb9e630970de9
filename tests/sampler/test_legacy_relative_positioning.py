"""Pairs of the published tutorial, repeated with braindecode's order of random calls."""

import numpy as np
import pandas as pd
import pytest

from eegbench.sampler.legacy_relative_positioning import LegacyRelativePositioning

TUTORIAL = {"n_pairs": 250, "tau_pos_s": 60.0, "tau_neg_s": 900.0}


def night(n_windows: int) -> pd.DataFrame:
    return pd.DataFrame({"recording": "a", "start_s": 30.0 * np.arange(n_windows), "label": 0, "rejected": False})


@pytest.mark.parametrize(
    ("n_windows", "expected"),
    [(1088, [121, 129]), (841, [129, 121]), (1103, [122, 128]), (1025, [117, 133])],
)
def test_targets_are_counted_as_published(n_windows: int, expected: list[int]) -> None:
    draw = LegacyRelativePositioning(**TUTORIAL, random_state=87).draw(night(n_windows), np.random.default_rng(0))
    assert np.bincount(draw.targets).tolist() == expected


def test_the_first_pairs_are_those_of_braindecode() -> None:
    draw = LegacyRelativePositioning(**TUTORIAL, random_state=87).draw(night(1088), np.random.default_rng(0))
    first = np.column_stack([draw.windows, draw.targets])[:5].tolist()
    assert first == [[333, 335, 1], [1030, 572, 0], [224, 225, 1], [787, 118, 0], [350, 254, 0]]


def test_without_a_seed_of_its_own_the_generator_decides() -> None:
    sampler = LegacyRelativePositioning(**TUTORIAL, random_state=None)
    one, same, other = (sampler.draw(night(500), np.random.default_rng(seed)).windows for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_window_without_a_partner_is_an_error_that_names_the_recording() -> None:
    with pytest.raises(ValueError, match=r"Recording 'a' .*target 0.*sampler=relative_positioning"):
        LegacyRelativePositioning(**TUTORIAL, random_state=87).draw(night(40), np.random.default_rng(0))


def test_sizes_without_sense_are_refused() -> None:
    with pytest.raises(ValueError, match=r"sampler\.n_pairs=250, tau_pos_s=60, tau_neg_s=30"):
        LegacyRelativePositioning(**(TUTORIAL | {"tau_neg_s": 30.0}), random_state=87)
