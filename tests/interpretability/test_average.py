from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from interpretability.scenes import LinearScores, noise, scene_of

import eegbench.interpretability.average
import eegbench.interpretability.base
from eegbench.interpretability.average import averaged, over_time


def scene_with(n):
    return scene_of(LinearScores(noise(2, 3, 8)), noise(n, 3, 8), n_classes=2)


def by_output(batch):
    return batch.x.repeat(2, 1, 1, 1)


@pytest.mark.parametrize("batch_bytes", [1, 300, 10**6])
def test_the_mean_and_its_error_do_not_depend_on_batches(batch_bytes, monkeypatch):
    monkeypatch.setitem(eegbench.interpretability.base.BATCH_BYTES, "cpu", batch_bytes)
    scene = scene_with(7)
    mean = averaged(scene, by_output)
    windows = scene.gather(slice(0, 7)).numpy()
    np.testing.assert_allclose(mean.values[1], windows.mean(0))
    np.testing.assert_allclose(mean.standard_error[0], windows.std(0, ddof=1) / np.sqrt(7))
    assert mean.by_subject is None


@pytest.mark.parametrize("batch_bytes", [1, 300, 10**6])
def test_the_mean_of_each_subject_is_kept(batch_bytes, monkeypatch):
    monkeypatch.setitem(eegbench.interpretability.base.BATCH_BYTES, "cpu", batch_bytes)
    subjects = ["b", "a", "b", "b", "a", "c", "b"]
    scene = replace(scene_with(7), facts=pd.DataFrame({"subject": subjects}))
    found, windows = averaged(scene, by_output).by_subject, scene.gather(slice(0, 7)).numpy()
    assert (found.subjects, found.n_windows.tolist()) == (("a", "b", "c"), [2, 4, 1])
    for name, values in zip(found.subjects, found.values, strict=True):
        own = np.array(subjects) == name
        np.testing.assert_allclose(values, np.stack([windows[own].mean(0)] * 2))


@pytest.mark.parametrize("batch_bytes", [1, 10**6])
def test_a_channel_is_averaged_over_the_windows_that_have_it(batch_bytes, monkeypatch):
    monkeypatch.setitem(eegbench.interpretability.base.BATCH_BYTES, "cpu", batch_bytes)
    present = np.array([[True, True, False]] * 3 + [[True, False, False]] * 4)
    facts = pd.DataFrame({"subject": ["a"] * 3 + ["b"] * 4})
    scene = replace(scene_with(7), present=present, facts=facts)
    mean, windows = averaged(scene, by_output), scene.gather(slice(0, 7)).numpy()
    np.testing.assert_allclose(mean.values[0, 0], windows[:, 0].mean(0))
    np.testing.assert_allclose(mean.values[0, 1], windows[:3, 1].mean(0))
    np.testing.assert_allclose(mean.standard_error[0, 1], windows[:3, 1].std(0, ddof=1) / np.sqrt(3))
    np.testing.assert_allclose(mean.by_subject.values[0, 0, 1], windows[:3, 1].mean(0))
    assert np.isnan(mean.values[:, 2]).all()
    assert np.isnan(mean.by_subject.values[1, :, 1:]).all()


def test_maps_of_subjects_that_would_fill_the_memory_are_not_kept(monkeypatch):
    monkeypatch.setattr(eegbench.interpretability.average, "MOST_BYTES", 100)
    scene = replace(scene_with(2), facts=pd.DataFrame({"subject": ["a", "b"]}))
    assert averaged(scene, by_output).by_subject is None


def test_one_window_has_no_error():
    assert averaged(scene_with(1), by_output).standard_error is None


def test_no_window_is_an_error():
    with pytest.raises(ValueError, match="no window to explain"):
        averaged(scene_with(1).__class__(**{**vars(scene_with(1)), "labels": np.zeros(0, int)}), by_output)


def test_a_map_over_time_begins_at_the_window_s_start():
    found = over_time(scene_with(3), by_output, "score")
    assert (found.axis, found.measure, found.values.shape) == ("time_s", "score", (2, 3, 8))
    np.testing.assert_allclose(found.places[:2], [0, 1 / 16])
