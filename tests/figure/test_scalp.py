import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eegbench.figure.scalp import CENTRE_M, flat


def at(x: float, y: float, z: float) -> np.ndarray:
    return flat(np.array([[x, y, z]]) + CENTRE_M)[0]


def test_the_vertex_is_the_middle_and_the_height_of_the_centre_the_outline():
    np.testing.assert_allclose(at(0, 0, 0.1), [0, 0])
    np.testing.assert_allclose(at(0, 0.1, 0), [0, 1], atol=1e-12)
    np.testing.assert_allclose(at(0.08, 0, 0), [1, 0], atol=1e-12)


def test_a_channel_without_a_position_has_no_place():
    assert np.isnan(flat(np.full((2, 3), np.nan))).all()


def test_the_head_is_seen_from_above_with_the_nose_up(electrodes):
    place = dict(zip(electrodes, flat(np.array(list(electrodes.values()))), strict=True))
    assert place["C3"][0] < 0 < place["C4"][0]
    assert place["Oz"][1] < 0 < place["Fpz"][1]
    assert np.hypot(*place["Cz"]) < 0.1
    assert all(np.hypot(*one) < 1.1 for one in place.values())


@given(angle=st.floats(0, np.pi), azimuth=st.floats(-np.pi, np.pi), radius=st.floats(0.05, 0.2))
def test_the_distance_from_the_middle_is_the_angle_from_the_vertex(angle, azimuth, radius):
    place = at(*(radius * np.array([np.sin(angle) * np.cos(azimuth), np.sin(angle) * np.sin(azimuth), np.cos(angle)])))
    np.testing.assert_allclose(np.hypot(*place), angle / (np.pi / 2), atol=1e-7)
