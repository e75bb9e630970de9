"""Half of the pairs for phase swap are two windows of a recording, the other half a window twice."""

import numpy as np
import pandas as pd
import pytest

from eegbench.sampler.amplitude_phase import AmplitudePhase


def table(*sizes):
    names = np.repeat([f"r{i}" for i in range(len(sizes))], sizes)
    starts = np.concatenate([np.arange(n, dtype=float) for n in sizes])
    return pd.DataFrame({"recording": names, "start_s": starts, "label": -1, "rejected": False})


def test_the_target_says_whether_the_windows_differ_and_half_of_them_do():
    rows = table(300, 300)
    draw = AmplitudePhase().draw(rows, np.random.default_rng(0))
    differ = draw.windows[:, 0] != draw.windows[:, 1]
    assert np.array_equal(differ, draw.targets == 1)
    assert 0.42 < differ.mean() < 0.58
    assert sorted(draw.windows[:, 0].tolist()) == list(range(600))
    assert np.array_equal(
        rows["recording"].to_numpy()[draw.windows[:, 0]], rows["recording"].to_numpy()[draw.windows[:, 1]]
    )


def test_every_other_window_of_the_recording_is_as_likely():
    rng = np.random.default_rng(1)
    partners = [AmplitudePhase().draw(table(4), rng).windows for _ in range(600)]
    pairs = [tuple(pair) for pair in np.concatenate(partners) if pair[0] != pair[1]]
    counts = pd.Series(pairs).value_counts()
    assert len(counts) == 12
    assert counts.min() > 60  # 100 are expected


def test_a_window_alone_in_its_recording_is_dropped_and_counted():
    draw = AmplitudePhase().draw(table(1, 3), np.random.default_rng(0))
    assert len(draw) == 3
    assert draw.n_dropped == 1


def test_recordings_of_one_window_are_refused():
    with pytest.raises(ValueError, match="No recording has two windows"):
        AmplitudePhase().draw(table(1, 1), np.random.default_rng(0))
