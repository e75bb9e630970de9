"""Filters equal MNE's, however they are applied."""

import mne
import numpy as np
import pytest

from eegbench.preprocessing.filtered import Filtered
from eegbench.preprocessing.recorded import Recorded


def recording(n_times: int, annotations: mne.Annotations | None = None) -> mne.io.RawArray:
    signal = np.random.default_rng(0).normal(size=(3, n_times)).cumsum(axis=1)
    raw = mne.io.RawArray(signal, mne.create_info(3, 100.0, "eeg"), verbose="ERROR")
    return raw if annotations is None else raw.set_annotations(annotations)


@pytest.mark.parametrize("n_times", [40, 165, 166, 1000, 10_007])
@pytest.mark.parametrize(("l_freq", "h_freq"), [(None, 30.0), (0.5, None), (4.0, 38.0)])
def test_signals_are_filtered_as_by_mne(n_times: int, l_freq: float | None, h_freq: float | None) -> None:
    check(recording(n_times), l_freq, h_freq)


@pytest.mark.parametrize("text", ["BAD_ACQ_SKIP", "EDGE boundary", "Sleep stage 2"])
def test_parts_are_filtered_by_themselves_as_by_mne(text: str) -> None:
    check(recording(2000, mne.Annotations([5.0], [2.0], [text])), None, 30.0)


def check(raw: mne.io.RawArray, l_freq: float | None, h_freq: float | None) -> None:
    options = {
        "channels": None,
        "exclude": (),
        "notch_hz": (),
        "reference": "as_recorded",
        "sfreq": None,
        "missing_channels": "refuse",
    }
    expected = raw.copy().filter(l_freq, h_freq, picks="all", verbose="ERROR").get_data()
    found = (
        Filtered(l_freq=l_freq, h_freq=h_freq, **options)
        .apply({"eeg": Recorded(tuple(raw.ch_names), (raw.copy(),))})["eeg"]
        .get_data()
    )
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * np.abs(expected).max())
