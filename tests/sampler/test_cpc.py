"""CPC sequences: contexts and futures without a gap, and negatives that are never the predicted window."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from eegbench.sampler.cpc import Cpc


def sampler(**options: object) -> Cpc:
    given = {"n_sequences": 40, "n_context": 3, "n_steps": 2, "n_negatives": 4}
    return Cpc(**(given | {"negatives": "same_recording", "too_short": "raise"} | options))


def table(places: dict[str, list[int]], rejected: tuple[int, ...] = ()) -> pd.DataFrame:
    rows = [(recording, 30.0 * place) for recording, found in places.items() for place in found]
    made = pd.DataFrame(rows, columns=["recording", "start_s"]).assign(label=-1)
    made["rejected"] = np.isin(np.arange(len(made)), rejected)
    return made.set_index(pd.Index(1000 + 3 * np.arange(len(made))))


def parts(draw, made: Cpc):
    return {name: draw.windows[:, role.views].reshape(-1, *role.shape) for name, role in made.layout.items()}


def places_of(runs: list[tuple[int, int]]) -> list[int]:
    """Return the places of runs of windows, each followed by a gap."""
    found, first = [], 0
    for n, gap in runs:
        found += range(first, first + n)
        first += n + gap
    return found


runs = st.lists(st.tuples(st.integers(3, 12), st.integers(1, 4)), min_size=1, max_size=4).map(places_of)
recordings = st.dictionaries(st.sampled_from("abcd"), runs, min_size=1, max_size=4)


@pytest.mark.slow
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.filter_too_much])
@given(recordings, st.integers(0, 2**31), st.integers(1, 4), st.integers(1, 3), st.sampled_from([(), (1, 6)]))
def test_sequences_have_no_gap_and_negatives_are_other_windows_of_the_recording(
    places: dict[str, list[int]], seed: int, n_context: int, n_steps: int, rejected: tuple[int, ...]
) -> None:
    windows = table(places, rejected)
    kept = windows[~windows["rejected"]]
    step = kept.groupby("recording")["start_s"].diff().median()
    assume(step == 30.0)  # otherwise the usual step could be the gap
    made = sampler(n_context=n_context, n_steps=n_steps, too_short="drop")
    try:
        draw = made.draw(windows, np.random.default_rng(seed))
    except ValueError:
        assume(False)
    found = parts(draw, made)
    sequences = np.column_stack([found["context"], found["future"]])
    starts = windows["start_s"].loc[sequences.ravel()].to_numpy().reshape(sequences.shape)
    assert (np.diff(starts, axis=1) == 30.0).all()
    names = windows["recording"].loc[draw.windows.ravel()].to_numpy().reshape(draw.windows.shape)
    assert (names == names[:, :1]).all()
    assert not windows["rejected"].loc[draw.windows.ravel()].any()
    assert (found["negative"][:, :, None] != found["future"][:, None, :, None]).all()
    assert (found["negative"] == found["negative"][:, :1]).all()
    assert len(draw) + draw.n_dropped == 40 * kept["recording"].nunique()


def test_every_sequence_and_every_other_window_is_drawn_equally_often() -> None:
    windows = table({"a": [*range(6), *range(8, 13), 20]})
    made = sampler(n_sequences=20_000, n_negatives=1)
    found = parts(made.draw(windows, np.random.default_rng(0)), made)
    first, counts = np.unique(found["context"][:, 0], return_counts=True)
    assert [windows["start_s"].loc[row] / 30 for row in first] == [0, 1, 8]
    np.testing.assert_allclose(counts / 20_000, 1 / 3, atol=0.02)
    of_one = found["negative"][found["context"][:, 0] == first[0], 0, 0]
    others, counts = np.unique(of_one, return_counts=True)
    assert len(others) == 10  # of 12, those that are not predicted
    np.testing.assert_allclose(counts / counts.sum(), 1 / 10, atol=0.02)


def test_negatives_of_other_recordings_are_of_other_recordings() -> None:
    windows = table({"a": list(range(9)), "b": list(range(6)), "c": list(range(30))})
    made = sampler(negatives="other_recordings", n_sequences=500)
    found = parts(made.draw(windows, np.random.default_rng(0)), made)
    name = windows["recording"].to_dict()
    of_a = [i for i, row in enumerate(found["context"][:, 0]) if name[row] == "a"]
    drawn = [name[row] for row in found["negative"][of_a].ravel()]
    assert set(drawn) == {"b", "c"}
    assert abs(drawn.count("b") / len(drawn) - 0.5) < 0.05  # regardless of their length


def test_recordings_without_a_sequence_are_named_or_dropped() -> None:
    windows = table({"long": list(range(30)), "short": list(range(4))})
    with pytest.raises(ValueError, match=r"'short' \(4 windows, 90 s .* 5 windows in a row .*too_short=drop"):
        sampler().draw(windows, np.random.default_rng(0))
    draw = sampler(too_short="drop").draw(windows, np.random.default_rng(0))
    assert len(draw) + draw.n_dropped == 80
    assert draw.n_dropped > 0
    with pytest.raises(ValueError, match=r"No recording has 40 windows in a row .*sampler\.n_context=38"):
        sampler(n_context=38).draw(windows, np.random.default_rng(0))


def test_one_recording_has_no_negatives_elsewhere() -> None:
    with pytest.raises(ValueError, match="only 'a'"):
        sampler(negatives="other_recordings").draw(table({"a": list(range(9))}), np.random.default_rng(0))
