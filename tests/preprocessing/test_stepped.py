"""A group with steps chosen by the user."""

import numpy as np
import pytest
from preprocessing.test_build import opened, standard
from toy import ToyDataset

from eegbench.dataset import BadRecordingError
from eegbench.preprocessing.step.bessel_band import BesselBand
from eegbench.preprocessing.step.dreem_filter import DreemFilter
from eegbench.preprocessing.step.linear_resampling import LinearResampling
from eegbench.preprocessing.stepped import Stepped
from eegbench.store.reading import mapped

BAND, SLOWER = BesselBand(low_hz=0.5, high_hz=20.0), LinearResampling(sfreq=50.0)


def stepped(**steps) -> Stepped:
    return Stepped(channels=("B", "A"), steps=steps, missing_channels="refuse")


def test_steps_follow_each_other_on_the_recorded_signal(tmp_path):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    store = opened(tmp_path, dataset, standard(stepped(band=BAND, slower=SLOWER))).store
    assert (store.form.only.channels, store.form.only.sfreq, store.form.only.n_times) == (("B", "A"), 50.0, 100)
    recorded = dataset.read(dataset.recordings()[0])
    rate = recorded.info["sfreq"]
    expected = SLOWER(BAND(1e6 * recorded.get_data(["B", "A"]), rate), rate)
    np.testing.assert_allclose(mapped(store.shards[0].folder, "eeg"), expected, rtol=1e-5, atol=1e-4)


def test_other_steps_or_another_order_are_another_shard(tmp_path):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    made = [
        opened(tmp_path, dataset, standard(stepped(**steps))).n_built
        for steps in ({"a": BAND, "b": SLOWER}, {"a": SLOWER, "b": BAND}, {"c": BAND, "d": SLOWER})
    ]
    assert made == [3, 3, 0]  # names of steps do not matter


def test_a_step_that_does_not_suit_the_rate_is_named(tmp_path):
    dataset = ToyDataset(folder=tmp_path / "toy", n_subjects=3)
    with pytest.raises(BadRecordingError, match="dreem_filter needs signals at more than 126 Hz"):
        opened(tmp_path, dataset, standard(stepped(filter=DreemFilter())))
