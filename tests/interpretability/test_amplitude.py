from dataclasses import replace

import numpy as np
import pytest
import torch
from interpretability.scenes import LinearScores, noise, scene_of

import eegbench.interpretability.base
from eegbench.interpretability.amplitude import class_difference


def scene_with(labels, windows=None):
    windows = noise(len(labels), 3, 16) if windows is None else windows
    return scene_of(LinearScores(noise(3, 3, 16)), windows, np.array(labels), n_classes=3)


@pytest.mark.parametrize("batch_bytes", [1, 700, 10**6])
def test_it_is_cohen_s_d_of_each_class_against_the_other_labelled_windows(batch_bytes, monkeypatch):
    monkeypatch.setitem(eegbench.interpretability.base.BATCH_BYTES, "cpu", batch_bytes)
    labels = np.array([0, 1, 2, -1, 0, 1, 2, 0, 1, -1])
    scene = scene_with(labels)
    amplitudes = np.abs(np.fft.rfft(scene.gather(slice(0, 10)).numpy()))
    here, rest = amplitudes[labels == 1], amplitudes[(labels != 1) & (labels != -1)]
    pooled = (2 * here.var(0, ddof=1) + 4 * rest.var(0, ddof=1)) / 6
    np.testing.assert_allclose(class_difference(scene)[1], (here.mean(0) - rest.mean(0)) / np.sqrt(pooled))


def test_a_class_that_no_window_has_is_not_known():
    found = class_difference(scene_with([0, 1, 0, 1]))
    assert np.isnan(found[2]).all()
    assert np.isfinite(found[:2]).all()


def test_where_nothing_varies_there_is_no_difference():
    found = class_difference(scene_with([0, 1, 2, 0], np.ones((4, 3, 16))))
    assert np.abs(found).max() == 0


def test_a_channel_is_compared_in_the_windows_that_have_it():
    labels = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    present = np.ones((8, 3), dtype=bool)
    present[:3, 0], present[::2, 1], present[:, 2] = False, False, False
    whole = scene_with(labels)
    x = whole.gather(slice(0, 8)) * torch.from_numpy(present)[:, :, None]
    found = class_difference(replace(whole, gather=x.__getitem__, present=present))
    rest = class_difference(scene_with(labels[3:], noise(8, 3, 16)[3:]))
    np.testing.assert_allclose(found[:2, 0], rest[:2, 0])
    assert np.isnan(found[:, 1:]).all()  # only one class has the second channel, and no window has the third
