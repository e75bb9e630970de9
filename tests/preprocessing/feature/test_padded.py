"""Features of the padding: the position of the nearest window, and no signal."""

import numpy as np
import pandas as pd

from eegbench.preprocessing.feature.fft import Fft
from eegbench.preprocessing.feature.index_window import IndexWindow
from eegbench.preprocessing.featured import padded_features


def test_features_of_the_place_are_continued_and_those_of_signals_are_0():
    table = pd.DataFrame({"shard": [0, 0, 0, 1, 1]})
    made = {"index": np.array([[0.0], [1.0], [2.0], [0.0], [1.0]]), "fft": np.ones((5, 2))}
    features = {"index": IndexWindow(increment_s=30.0, divisor=1.0), "fft": Fft(group="eeg")}
    found = padded_features(made, features, table)
    assert found["index"].ravel().tolist() == [0, 1, 2, 0, 1, 0, 2, 0, 1]
    np.testing.assert_array_equal(found["fft"], np.vstack([np.ones((5, 2)), np.zeros((4, 2))]))
