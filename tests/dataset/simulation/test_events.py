"""Events occur in their stages, and are in the signal at the times in the table."""

import numpy as np
import pandas as pd
import pytest

from eegbench.dataset.simulation.events import KINDS, add_events, draw_events
from eegbench.dataset.simulation.signal import stage_weights
from eegbench.dataset.simulation.subject import draw_subject

SUBJECT = draw_subject(0, seed=0)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    weights = stage_weights(np.repeat([0, 1, 2, 3, 4], 240))  # two hours of each stage
    events = draw_events(weights, SUBJECT, np.random.default_rng(0))
    return events.assign(stage=(events["onset_s"] // 7200).astype(int))


@pytest.mark.parametrize(
    ("kind", "stage"),
    [("spindle", 2), ("k_complex", 2), ("vertex_wave", 1), ("sawtooth", 4), ("rapid_eye_movement", 4), ("blink", 0)],
)
def test_each_kind_is_most_frequent_in_its_stage(table: pd.DataFrame, kind: str, stage: int):
    assert table.loc[table["kind"] == kind, "stage"].mode().item() == stage


def test_events_are_in_order_of_time_and_of_known_length(table: pd.DataFrame):
    assert table["onset_s"].is_monotonic_increasing
    for kind in KINDS:
        duration = table.loc[table["kind"] == kind.name, "duration_s"]
        assert duration.between(*kind.duration_s).all()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_wave_begins_at_its_onset_has_its_size_and_ends_in_time(kind):
    signals = np.zeros((3, 4000))
    length = kind.duration_s[1]
    event = pd.DataFrame({"kind": [kind.name], "onset_s": [10.0], "duration_s": [length], "peak_uv": [kind.peak_uv]})
    add_events(signals, event, SUBJECT, np.random.default_rng(0))
    assert not signals[:, :1000].any()
    assert not signals[:, 1001 + round(length * 100) :].any()
    largest = np.abs(signals).max() / max(kind.gains)
    assert 0.4 * kind.peak_uv < largest < 3.5 * kind.peak_uv


def test_an_event_at_the_end_is_cut_off_with_the_record():
    signals = np.zeros((3, 100))
    event = pd.DataFrame({"kind": ["blink"], "onset_s": [0.9], "duration_s": [0.5], "peak_uv": [80.0]})
    add_events(signals, event, SUBJECT, np.random.default_rng(0))
    assert signals[0, 95:].any()
