import numpy as np
import pytest
from interpretability.scenes import LinearScores, noise, scene_of

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
    mean, error = averaged(scene, by_output)
    windows = scene.gather(slice(0, 7)).numpy()
    np.testing.assert_allclose(mean[1], windows.mean(0))
    np.testing.assert_allclose(error[0], windows.std(0, ddof=1) / np.sqrt(7))


def test_one_window_has_no_error():
    assert averaged(scene_with(1), by_output)[1] is None


def test_no_window_is_an_error():
    with pytest.raises(ValueError, match="no window to explain"):
        averaged(scene_with(1).__class__(**{**vars(scene_with(1)), "labels": np.zeros(0, int)}), by_output)


def test_a_map_over_time_begins_at_the_window_s_start():
    found = over_time(scene_with(3), by_output, "score")
    assert (found.axis, found.measure, found.values.shape) == ("time_s", "score", (2, 3, 8))
    np.testing.assert_allclose(found.places[:2], [0, 1 / 16])
