"""Pairs have the requested distances, never cross recordings, and follow the documented distribution."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from eegbench.sampler.relative_positioning import RelativePositioning
from eegbench.types import Draw


def sampler(**options: object) -> RelativePositioning:
    given = {"n_pairs": 200, "tau_pos_s": 60.0, "tau_neg_s": 300.0, "tau_max_s": None}
    return RelativePositioning(**(given | {"same_recording": True, "no_partner": "redraw"} | options))


def table(starts: Mapping[str, Sequence[float]], rejected: Sequence[int] = ()) -> pd.DataFrame:
    """Return windows of several recordings, on rows of a store that start at 1000 and leave gaps."""
    rows = [(recording, start) for recording, found in starts.items() for start in found]
    made = pd.DataFrame(rows, columns=["recording", "start_s"]).assign(label=-1)
    made["rejected"] = np.isin(np.arange(len(made)), list(rejected))
    return made.set_index(pd.Index(1000 + 3 * np.arange(len(made))))


def nights(n: int, n_windows: int = 100, step_s: float = 30.0) -> pd.DataFrame:
    return table({f"night {i}": step_s * np.arange(n_windows) for i in range(n)})


def drawn(draw: Draw, windows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Return the anchors, the partners, and the seconds between their starts."""
    anchors, partners = (windows.loc[draw.windows[:, view]] for view in (0, 1))
    return anchors, partners, np.abs(anchors["start_s"].to_numpy() - partners["start_s"].to_numpy())


def recordings(n_max: int = 4) -> st.SearchStrategy[dict[str, list[float]]]:
    starts = st.lists(st.integers(0, 40), min_size=1, max_size=25).map(lambda found: [30.0 * s for s in sorted(found)])
    return st.dictionaries(st.sampled_from("abcd"), starts, min_size=1, max_size=n_max)


@pytest.mark.slow
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(recordings(), st.integers(0, 2**31), st.sampled_from(["redraw", "drop"]), st.sampled_from([None, 600.0]))
def test_pairs_stay_in_a_recording_at_the_distance_their_target_says(
    starts: dict[str, list[float]], seed: int, policy: str, tau_max_s: float | None
) -> None:
    windows = table(starts, rejected=[0, 5])
    make = sampler(tau_max_s=tau_max_s, no_partner=policy, n_pairs=30)
    try:
        draw = make.draw(windows, np.random.default_rng(seed))
    except ValueError:
        assume(False)
    anchors, partners, apart = drawn(draw, windows)
    assert (anchors["recording"].to_numpy() == partners["recording"].to_numpy()).all()
    assert (apart[draw.targets == 1] <= 60).all()
    assert (apart > 0).all()
    assert (apart[draw.targets == 0] >= 300).all()
    assert (apart[draw.targets == 0] <= (tau_max_s or np.inf)).all()
    assert not anchors["rejected"].any()
    assert not partners["rejected"].any()
    assert len(draw) + draw.n_dropped == 30 * windows.loc[~windows["rejected"], "recording"].nunique()


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.filter_too_much])
@given(recordings(), st.integers(0, 2**31))
def test_negatives_of_other_recordings_are_of_other_recordings(starts: dict[str, list[float]], seed: int) -> None:
    windows = table(starts | {"x": [0.0, 30.0], "y": [0.0, 30.0]})
    draw = sampler(same_recording=False, no_partner="drop").draw(windows, np.random.default_rng(seed))
    anchors, partners, apart = drawn(draw, windows)
    same = anchors["recording"].to_numpy() == partners["recording"].to_numpy()
    assert (same == (draw.targets == 1)).all()
    assert (apart[draw.targets == 1] <= 60).all()


def test_a_pass_has_so_many_pairs_a_recording_whatever_their_length() -> None:
    windows = table({"short": 30.0 * np.arange(20), "long": 30.0 * np.arange(500)})
    draw = sampler(n_pairs=2000).draw(windows, np.random.default_rng(0))
    anchors, _, _ = drawn(draw, windows)
    assert len(draw) == 4000
    assert abs((anchors["recording"] == "short").mean() - 0.5) < 0.03
    assert abs(draw.targets.mean() - 0.5) < 0.03


def test_distances_are_inclusive_at_both_ends() -> None:
    windows = table({"a": [0.0, 10.0, 20.0, 30.0]})
    options = {"tau_pos_s": 10.0, "tau_neg_s": 20.0, "tau_max_s": 20.0, "n_pairs": 500}
    draw = sampler(**options).draw(windows, np.random.default_rng(0))
    _, _, apart = drawn(draw, windows)
    assert set(apart[draw.targets == 1]) == {10.0}
    assert set(apart[draw.targets == 0]) == {20.0}


@pytest.mark.parametrize("sfreq", [100.0, 128.0, 160.0, 300.0, 512.0, 1000 / 3])
def test_distances_stay_inclusive_where_seconds_are_not_exact(sfreq: float) -> None:
    windows = table({"a": np.arange(200) * 25 / sfreq + 17 / sfreq})
    tau = {"tau_pos_s": 2 * 25 / sfreq, "tau_neg_s": 4 * 25 / sfreq, "tau_max_s": 4 * 25 / sfreq}
    draw = sampler(**tau, n_pairs=2000).draw(windows, np.random.default_rng(0))
    steps = np.abs(np.diff(draw.windows, axis=1)[:, 0]) // 3
    assert set(steps[draw.targets == 1]) == {1, 2}
    assert set(steps[draw.targets == 0]) == {4}


def test_windows_that_start_together_are_no_pair() -> None:
    windows = table({"a": [0.0, 0.0, 30.0, 400.0, 400.0]})
    _, _, apart = drawn(sampler().draw(windows, np.random.default_rng(0)), windows)
    assert (apart > 0).all()


def reference(windows: pd.DataFrame, n: int, rng: np.random.Generator) -> Counter[tuple[int, int, int]]:
    """Draw pair by pair as documented, with another anchor for those without a partner."""
    found: Counter[tuple[int, int, int]] = Counter()
    rows = [(part.index.to_numpy(), part["start_s"].to_numpy()) for _, part in windows.groupby("recording")]
    for _ in range(n):
        index, starts = rows[rng.integers(len(rows))]
        target, candidates = int(rng.integers(2)), np.empty(0, int)
        while not len(candidates):
            anchor = rng.integers(len(index))
            apart = np.abs(starts - starts[anchor])
            candidates = index[(apart <= 60 if target else apart >= 300) & (apart > 0)]
        found[int(index[anchor]), int(rng.choice(candidates)), target] += 1
    return found


def test_pairs_are_distributed_as_when_drawn_one_by_one() -> None:
    windows = table({"a": [0.0, 30.0, 90.0, 330.0], "b": [0.0, 60.0, 120.0, 400.0, 460.0]})
    slow = reference(windows, 10_000, np.random.default_rng(1))
    draw = sampler(n_pairs=200_000).draw(windows, np.random.default_rng(2))
    pairs, counts = np.unique(np.column_stack([draw.windows, draw.targets]), axis=0, return_counts=True)
    fast = dict(zip(map(tuple, pairs.tolist()), counts / len(draw), strict=True))
    assert set(fast) == set(slow)
    observed, expected = np.array([(slow[pair], 10_000 * fast[pair]) for pair in slow]).T
    chi_square = ((observed - expected) ** 2 / expected).sum()
    assert chi_square < stats.chi2.ppf(0.999, len(slow) - 1)


def test_other_recordings_are_drawn_uniformly_whatever_their_length() -> None:
    windows = table({"a": [0.0, 30.0], "b": 30.0 * np.arange(50), "c": [0.0, 30.0]})
    draw = sampler(same_recording=False, n_pairs=5000).draw(windows, np.random.default_rng(0))
    anchors, partners, _ = drawn(draw, windows)
    of_a = (anchors["recording"] == "a").to_numpy() & (draw.targets == 0)
    assert abs((partners["recording"].to_numpy()[of_a] == "b").mean() - 0.5) < 0.05


def test_the_generator_alone_decides_and_row_order_does_not() -> None:
    windows = nights(3)
    first, again = (sampler().draw(windows, np.random.default_rng([3, 1])) for _ in range(2))
    shuffled = sampler().draw(windows.sample(frac=1, random_state=0), np.random.default_rng([3, 1]))
    other = sampler().draw(windows, np.random.default_rng([3, 2]))
    assert np.array_equal(first.windows, again.windows)
    assert np.array_equal(first.windows, shuffled.windows)
    assert not np.array_equal(first.windows, other.windows)


MIDDLE = {"a": [0.0, 30.0, 150.0, 300.0, 330.0]}
"""Table whose window at 150 s has neither a partner within 60 s nor one 300 s away."""


def test_redraw_keeps_the_number_of_pairs_and_the_share_of_targets() -> None:
    windows = table(MIDDLE)
    draw = sampler(n_pairs=4000).draw(windows, np.random.default_rng(0))
    anchors, _, _ = drawn(draw, windows)
    assert (len(draw), draw.n_dropped) == (4000, 0)
    assert abs(draw.targets.mean() - 0.5) < 0.03
    assert 150.0 not in set(anchors["start_s"])


def test_drop_counts_the_pairs_left_out() -> None:
    draw = sampler(n_pairs=4000, no_partner="drop").draw(table(MIDDLE), np.random.default_rng(0))
    assert len(draw) + draw.n_dropped == 4000
    assert abs(draw.n_dropped / 4000 - 1 / 5) < 0.03


def test_raise_names_the_recording_however_the_dice_fall() -> None:
    windows = pd.concat([nights(1), table(MIDDLE)])
    with pytest.raises(ValueError, match=r"Recording 'a' \(5 windows.* has 4 windows with a negative pair"):
        sampler(no_partner="raise", n_pairs=1).draw(windows, np.random.default_rng(0))


def test_a_tau_longer_than_every_recording_is_named_with_what_to_set() -> None:
    windows = table({"rest": 2.0 * np.arange(31), "task": 2.0 * np.arange(30)})
    with pytest.raises(ValueError, match=r"tau_neg_s=300: even the longest, 'rest' .*60 s.*set sampler\.tau_neg_s=60"):
        sampler(no_partner="drop").draw(windows, np.random.default_rng(0))


def test_a_recording_too_short_for_tau_is_named_unless_pairs_may_be_dropped() -> None:
    windows = pd.concat([nights(1), table({"short": [0.0, 30.0]})])
    with pytest.raises(ValueError, match=r"Recording 'short' \(2 windows, 30 s"):
        sampler().draw(windows, np.random.default_rng(0))
    assert sampler(no_partner="drop").draw(windows, np.random.default_rng(0)).n_dropped > 0


def test_a_tau_shorter_than_the_distance_between_windows_is_named() -> None:
    with pytest.raises(ValueError, match=r"positive pair at sampler\.tau_pos_s=20.*set sampler\.tau_pos_s=30 or more"):
        sampler(tau_pos_s=20.0).draw(nights(2), np.random.default_rng(0))


def test_recordings_of_one_window_get_a_sentence() -> None:
    with pytest.raises(ValueError, match="recordings of one window"):
        sampler().draw(table({"a": [0.0], "b": [0.0]}), np.random.default_rng(0))


def test_no_windows_and_no_other_recording_get_sentences() -> None:
    with pytest.raises(ValueError, match="no windows to draw: all 2 windows are rejected"):
        sampler().draw(table({"a": [0.0, 30.0]}, rejected=[0, 1]), np.random.default_rng(0))
    with pytest.raises(ValueError, match="only 'night 0'"):
        sampler(same_recording=False).draw(nights(1), np.random.default_rng(0))


@pytest.mark.parametrize(
    "wrong",
    [{"tau_neg_s": 59.0}, {"tau_max_s": 299.0}],
    ids=lambda w: next(iter(w)),
)
def test_sizes_without_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"sampler.{next(iter(wrong))}="):
        sampler(**wrong)


def test_tau_of_negatives_plays_no_part_where_they_come_from_other_recordings() -> None:
    made = sampler(same_recording=False, tau_neg_s=0.0).draw(nights(2), np.random.default_rng(0))
    assert len(made) == 400
