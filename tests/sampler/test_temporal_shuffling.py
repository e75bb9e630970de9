"""Triplets obey the rule of their target, never cross recordings, and follow the documented distribution."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from eegbench.sampler.temporal_shuffling import TemporalShuffling
from eegbench.types import Draw


def sampler(**options: object) -> TemporalShuffling:
    given = {"n_triplets": 200, "tau_pos_s": 120.0, "tau_neg_s": 300.0, "no_partner": "redraw"}
    return TemporalShuffling(**(given | options))


def table(starts: Mapping[str, Sequence[float]], rejected: Sequence[int] = ()) -> pd.DataFrame:
    """Return windows of several recordings, on rows of a store that start at 1000 and leave gaps."""
    rows = [(recording, start) for recording, found in starts.items() for start in found]
    made = pd.DataFrame(rows, columns=["recording", "start_s"]).assign(label=-1)
    made["rejected"] = np.isin(np.arange(len(made)), list(rejected))
    return made.set_index(pd.Index(1000 + 3 * np.arange(len(made))))


def starts_of(draw: Draw, windows: pd.DataFrame) -> np.ndarray:
    """Return the starts of both anchors and of the third window."""
    return windows["start_s"].loc[draw.windows.ravel()].to_numpy().reshape(-1, 3)


def is_ordered(first: float, second: float, third: float, tau_pos_s: float) -> bool:
    return abs(first - second) <= tau_pos_s and min(first, second) < third < max(first, second)


def is_shuffled(first: float, second: float, third: float, tau_pos_s: float, tau_neg_s: float) -> bool:
    near = 0 < abs(first - second) <= tau_pos_s
    return near and (
        third <= min(first, second) - max(tau_neg_s, 1e-6) or third >= max(first, second) + max(tau_neg_s, 1e-6)
    )


def recordings(n_max: int = 4) -> st.SearchStrategy[dict[str, list[float]]]:
    starts = st.lists(st.integers(0, 40), min_size=1, max_size=25).map(lambda found: [30.0 * s for s in sorted(found)])
    return st.dictionaries(st.sampled_from("abcd"), starts, min_size=1, max_size=n_max)


@pytest.mark.slow
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    recordings(),
    st.integers(0, 2**31),
    st.sampled_from(["redraw", "drop"]),
    st.sampled_from([60.0, 120.0, 600.0]),
    st.sampled_from([0.0, 90.0, 300.0]),
)
def test_triplets_stay_in_a_recording_and_the_third_lies_where_the_target_says(
    starts: dict[str, list[float]], seed: int, policy: str, tau_pos_s: float, tau_neg_s: float
) -> None:
    windows = table(starts, rejected=[0, 5])
    make = sampler(tau_pos_s=tau_pos_s, tau_neg_s=tau_neg_s, no_partner=policy, n_triplets=30)
    try:
        draw = make.draw(windows, np.random.default_rng(seed))
    except ValueError:
        assume(False)
    named = windows["recording"].loc[draw.windows.ravel()].to_numpy().reshape(-1, 3)
    assert (named == named[:, :1]).all()
    assert not windows["rejected"].loc[draw.windows.ravel()].any()
    for triplet, target in zip(starts_of(draw, windows).tolist(), draw.targets.tolist(), strict=True):
        assert is_ordered(*triplet, tau_pos_s) if target else is_shuffled(*triplet, tau_pos_s, tau_neg_s)
    assert len(draw) + draw.n_dropped == 30 * windows.loc[~windows["rejected"], "recording"].nunique()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(recordings(1), st.sampled_from([60.0, 120.0, 600.0]), st.sampled_from([0.0, 90.0, 300.0]))
def test_every_window_that_can_begin_a_triplet_does_and_no_other(
    starts: dict[str, list[float]], tau_pos_s: float, tau_neg_s: float
) -> None:
    (times,) = starts.values()
    every = [(a, b, c) for a in times for b in times for c in times]
    possible = {
        1: {a for a, b, c in every if is_ordered(a, b, c, tau_pos_s)},
        0: {a for a, b, c in every if is_shuffled(a, b, c, tau_pos_s, tau_neg_s)},
    }
    assume(all(possible.values()))
    windows = table(starts)
    draw = sampler(tau_pos_s=tau_pos_s, tau_neg_s=tau_neg_s, n_triplets=2000).draw(windows, np.random.default_rng(0))
    found = starts_of(draw, windows)
    assert {target: set(found[draw.targets == target, 0]) for target in (0, 1)} == possible


def reference(windows: pd.DataFrame, n: int, rng: np.random.Generator) -> Counter[tuple[int, int, int, int]]:
    """Draw triplet by triplet as documented."""
    found: Counter[tuple[int, int, int, int]] = Counter()
    names = windows["recording"].unique()
    rule = {
        1: lambda a, b, c: is_ordered(a, b, c, 120.0),
        0: lambda a, b, c: is_shuffled(a, b, c, 120.0, 300.0),
    }
    times = {name: windows["start_s"][windows["recording"] == name] for name in names}
    fitting = {
        (name, target): np.array([[[rule[target](a, b, c) for c in t] for b in t] for a in t])
        for name, t in times.items()
        for target in (0, 1)
    }
    for _ in range(n):
        name, target = rng.choice(names), int(rng.integers(2))
        fits, rows = fitting[name, target], times[name].index
        first = rng.choice(np.flatnonzero(fits.any((1, 2))))
        second = rng.choice(np.flatnonzero(fits[first].any(1)))
        third = rng.choice(np.flatnonzero(fits[first, second]))
        found[*(int(rows[place]) for place in (first, second, third)), target] += 1
    return found


def test_triplets_are_distributed_as_when_drawn_one_by_one() -> None:
    windows = table({"a": [0.0, 30.0, 60.0, 90.0, 420.0, 480.0], "b": [0.0, 60.0, 120.0, 400.0, 460.0]})
    slow = reference(windows, 6_000, np.random.default_rng(1))
    draw = sampler(n_triplets=100_000).draw(windows, np.random.default_rng(2))
    triplets, counts = np.unique(np.column_stack([draw.windows, draw.targets]), axis=0, return_counts=True)
    fast = dict(zip(map(tuple, triplets.tolist()), counts / len(draw), strict=True))
    assert set(fast) == set(slow)
    observed, expected = np.array([(slow[one], 6_000 * fast[one]) for one in slow]).T
    chi_square = ((observed - expected) ** 2 / expected).sum()
    assert chi_square < stats.chi2.ppf(0.999, len(slow) - 1)


def test_a_pass_has_so_many_triplets_a_recording_and_half_of_them_are_ordered() -> None:
    windows = table({"short": 30.0 * np.arange(20), "long": 30.0 * np.arange(500)})
    draw = sampler(n_triplets=2000).draw(windows, np.random.default_rng(0))
    assert len(draw) == 4000
    assert abs((windows["recording"].loc[draw.windows[:, 0]] == "short").mean() - 0.5) < 0.03
    assert abs(draw.targets.mean() - 0.5) < 0.03


def test_a_window_without_a_triplet_is_drawn_again_dropped_or_refused() -> None:
    windows = table({"a": [0.0, 30.0, 60.0, 90.0, 240.0, 390.0]})  # the window at 240 s has no anchor near it
    redrawn = sampler().draw(windows, np.random.default_rng(0))
    assert (len(redrawn), redrawn.n_dropped) == (200, 0)
    assert 240.0 not in set(starts_of(redrawn, windows)[:, :2].ravel())
    dropped = sampler(no_partner="drop").draw(windows, np.random.default_rng(0))
    assert len(dropped) + dropped.n_dropped == 200
    assert dropped.n_dropped > 0
    with pytest.raises(ValueError, match=r"'a' \(6 windows, 390 s .* has 4 windows with a shuffled triplet"):
        sampler(no_partner="raise").draw(windows, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("starts", "options", "message"),
    [
        (30.0 * np.arange(20), {"tau_pos_s": 30.0}, r"ordered triplet .*set sampler\.tau_pos_s=60 or more"),
        (30.0 * np.arange(20), {"tau_pos_s": 20.0}, r"shuffled triplet .*set sampler\.tau_pos_s=30 or more"),
        (30.0 * np.arange(20), {"tau_neg_s": 900.0}, r"shuffled triplet .*set sampler\.tau_neg_s=540 or less"),
        ([0.0, 30.0], {}, "recordings of fewer than three windows"),
    ],
)
def test_times_that_no_triplet_meets_are_named_with_what_to_set(starts, options, message) -> None:
    with pytest.raises(ValueError, match=message):
        sampler(**options).draw(table({"a": starts}), np.random.default_rng(0))


def test_what_the_message_says_to_set_is_enough() -> None:
    windows = table({"a": 30.0 * np.arange(20)})
    assert len(sampler(tau_pos_s=60.0, tau_neg_s=540.0).draw(windows, np.random.default_rng(0))) == 200
