"""The embedding of a trial is the mean over its time steps, each once, however its crops overlap."""

import numpy as np
import pandas as pd
import pytest
import torch
from forms import form_of, windows_of
from hypothesis import given
from hypothesis import strategies as st

from eegbench.inference.trial import embed_trials, first_crops
from eegbench.model.base import SignalEncoder
from eegbench.store.base import WindowStore

LENGTH = 40


class Sliding(SignalEncoder):
    """Encoder with tokens of 5 samples, one stride apart: the mean, and the square of the last sample, of each."""

    embed_dim = 2
    is_mean_of_tokens = True

    def __init__(self, stride=1):
        super().__init__()
        self.token_stride = stride

    def features(self, x):
        seen = x[:, 0].unfold(1, 5, self.token_stride)
        return torch.stack([seen.mean(2), seen[:, :, -1].square()], dim=2)

    def embed(self, x):
        return self.features(x).mean(1)


class Whole(Sliding):
    is_mean_of_tokens = False


class CropStore(WindowStore):
    """Store with crops of one long signal, at given starts of given trials."""

    def __init__(self, trials, starts, rejected=None):
        table = pd.DataFrame({"recording": "r", "trial": trials, "sample_eeg": starts})
        table["rejected"] = False if rejected is None else rejected
        form = form_of(("one",), 10.0, LENGTH)
        signal = torch.from_numpy(np.random.default_rng(0).standard_normal(400).astype(np.float32))
        facts = {"table": table, "form": form, "signal": signal, "resident": True, "device": torch.device("cpu")}
        self.__dict__.update(facts)

    def gather(self, rows):
        starts = self.table["sample_eeg"].to_numpy()[rows]
        return windows_of(torch.stack([self.signal[s : s + LENGTH] for s in starts]).unsqueeze(1))


def whole_trial(store, encoder, first, stop):
    tokens = encoder.features(store.signal[first:stop].view(1, 1, -1))
    return tokens.mean(1)[0].numpy()


@given(st.lists(st.integers(1, LENGTH - 4), min_size=1, max_size=5))
def test_overlapping_crops_say_what_the_whole_trial_says(further):
    starts = np.concatenate([[3], 3 + np.cumsum(further)])
    store = CropStore([0] * len(starts), starts)
    found = embed_trials(Sliding(), store, np.array([0]))
    expected = whole_trial(store, Sliding(), 3, starts[-1] + LENGTH)
    np.testing.assert_allclose(found.features[0], expected, rtol=1e-4, atol=1e-5)


def test_tokens_of_strided_decoders_count_once_where_crops_share_their_grid():
    store = CropStore([0, 0], [0, 16])
    found = embed_trials(Sliding(4), store, np.array([0]))
    np.testing.assert_allclose(found.features[0], whole_trial(store, Sliding(4), 0, 56), rtol=1e-4)


def test_trials_of_several_crops_are_told_apart_and_keep_their_order():
    store = CropStore([0, 0, 1, 1, 2, 2], [0, 7, 100, 107, 200, 207])
    found = embed_trials(Sliding(), store, np.array([4, 0]))
    assert found.rows.tolist() == [4, 0]
    for row, first in zip(found.features, (200, 0), strict=True):
        np.testing.assert_allclose(row, whole_trial(store, Sliding(), first, first + 47), rtol=1e-4)


def test_crops_of_trials_that_overlap_are_told_apart():
    store = CropStore([0, 1, 0, 1], [0, 5, 7, 12])
    found = embed_trials(Sliding(), store, np.array([0, 1]))
    for row, first in zip(found.features, (0, 5), strict=True):
        np.testing.assert_allclose(row, whole_trial(store, Sliding(), first, first + 47), rtol=1e-4)


def test_rejected_crops_do_not_count():
    store = CropStore([0, 0], [0, 7], rejected=[False, True])
    found = embed_trials(Sliding(), store, np.array([0]))
    np.testing.assert_allclose(found.features[0], whole_trial(store, Sliding(), 0, 40), rtol=1e-5)


def test_where_embeddings_are_no_means_of_tokens_a_trial_is_the_mean_of_its_crops():
    store = CropStore([0, 0], [0, 7])
    found = embed_trials(Whole(), store, np.array([0]))
    expected = Whole()(store.gather(np.array([0, 1]))).mean(0).numpy()
    np.testing.assert_allclose(found.features[0], expected, rtol=1e-5)


@pytest.mark.parametrize("rows", [[0, 1, 2, 3], [1, 2]])
def test_windows_that_are_no_crops_stand_by_themselves(rows):
    store = CropStore([0, 0, 1, 1], [0, 7, 100, 107])
    del store.table["trial"]
    assert first_crops(store, np.array(rows)).tolist() == rows
    assert embed_trials(Sliding(), store, np.array(rows)).features.shape == (len(rows), 2)


def test_the_first_usable_crop_stands_for_its_trial():
    store = CropStore([0, 0, 1, 1], [0, 7, 100, 107])
    assert first_crops(store, np.array([1, 2, 3])).tolist() == [1, 2]
