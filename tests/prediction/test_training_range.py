"""A channel outside the range of train in most windows gives a warning with the measure."""

import numpy as np
import pandas as pd
import pytest
import torch
from forms import form_of, windows_of

from eegbench.inference.measure import quantiles
from eegbench.prediction.training_range import comparison_with_train, outside_of_train
from eegbench.store.base import WindowStore

FORM = form_of(("C3", "C4"), 100.0, 200)


class Noise(WindowStore):
    """Windows of noise in memory, with a standard deviation in µV for each channel."""

    def __init__(self, scales, n=60, seed=0, tone_uv=0.0):
        times = np.arange(200) / 100
        x = np.random.default_rng(seed).normal(size=(n, 2, 200)) * np.array(scales)[:, None]
        x[:, 0] += tone_uv * np.sin(2 * np.pi * 10 * times)
        self.__dict__.update(
            x=torch.from_numpy(x.astype(np.float32)), form=FORM, resident=True, device=torch.device("cpu"),
            table=pd.DataFrame(index=range(n)),
        )  # fmt: skip

    def normalised(self, normalise):
        return self

    def gather(self, rows):
        return windows_of(self.x[rows])


ROWS = np.arange(60)
TRAIN = {"eeg": quantiles(Noise((20, 20)), ROWS)["eeg"]}


def told(store, rows=ROWS, train=TRAIN):
    return outside_of_train(train, store, rows)


def test_other_noise_of_the_same_size_is_nothing_to_tell():
    assert told(Noise((20, 20), seed=1)) == []


def test_a_channel_ten_times_as_large_is_told_with_its_size():
    (text,) = told(Noise((20, 200), seed=1))
    assert text.startswith(
        "C4 is outside the range of train: its standard deviation in 100 % of windows (median 199 µV"
    )
    assert "delta, theta" in text


def test_a_tone_that_train_lacked_is_told_as_its_band():
    (text,) = told(Noise((20, 20), seed=1, tone_uv=20))
    assert text.startswith("C3 is outside the range of train: its alpha power in 100 % of windows")


@pytest.mark.parametrize(
    ("n", "train", "comparison"),
    [
        (19, TRAIN, "too_few_windows"),
        (0, TRAIN, "too_few_windows"),
        (20, {}, "train_unknown"),
        (20, {"eeg": {}}, "train_unknown"),
        (20, TRAIN, "yes"),
    ],
)
def test_a_recording_is_compared_with_train_from_20_windows_on(n, train, comparison):
    assert comparison_with_train(train, n) == comparison
    assert bool(told(Noise((20, 200)), rows=ROWS[:n], train=train)) == (comparison == "yes")
