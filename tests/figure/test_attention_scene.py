"""Curves between channels: which are drawn, where they go, and the head around them."""

import re

import numpy as np
import pytest

from eegbench.figure.attention_scene import (
    CAPTION_WIDTH,
    N_STRONGEST,
    Curves,
    attention_page,
    attention_views,
    head_rings,
    on_head,
)

rng = np.random.default_rng(0)


def on_a_sphere(n, centre=(0.01, 0.02, 0.03), radius=0.1):
    towards = rng.standard_normal((n, 3))
    return np.array(centre) + radius * towards / np.linalg.norm(towards, axis=1, keepdims=True)


def test_the_strongest_pairs_of_different_channels_are_drawn_weakest_first():
    matrix = np.array([[9.0, 0.1, 0.5], [0.2, 9.0, 0.4], [0.3, 0.0, 9.0]])
    curves = Curves(matrix, on_a_sphere(3))
    assert curves.pairs.tolist() == [[2, 1], [0, 1], [1, 0], [2, 0], [1, 2], [0, 2]]
    np.testing.assert_allclose(curves.strength, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])


def test_no_more_than_a_hundred_are_drawn():
    curves = Curves(rng.random((20, 20)), on_a_sphere(20))
    assert len(curves.pairs) == N_STRONGEST


def test_a_curve_goes_from_the_channel_that_attends_towards_the_centre_to_the_other():
    places = on_a_sphere(5)
    curves = Curves(rng.random((5, 5)), places)
    for (i, j), points in zip(curves.pairs, curves.points, strict=True):
        np.testing.assert_allclose(points[[0, -1]], places[[i, j]])
        middle = (places[i] + places[j]) / 4 + places.mean(0) / 2
        np.testing.assert_allclose(points[len(points) // 2], middle)


def test_channels_without_a_place_have_no_curve():
    places = on_a_sphere(4)
    places[2] = np.nan
    curves = Curves(rng.random((4, 4)), places)
    assert 2 not in curves.pairs
    assert np.isfinite(curves.points).all()


def test_electrodes_of_a_real_montage_lie_on_the_head(electrodes):
    places = np.array([*electrodes.values(), [np.nan] * 3])
    drawn = on_head(places)
    assert np.isnan(drawn[-1]).all()
    centre = np.array([0.0, 0.015, 0.0])
    radius = np.linalg.norm(places[:-1] - centre, axis=1).mean()
    circle, *arcs, _ = head_rings(drawn)
    for points in (drawn[:-1], circle, *arcs):
        np.testing.assert_allclose(np.linalg.norm(points - centre, axis=1), radius, rtol=1e-6)
    directions = np.sum((drawn - centre) * (places - centre), axis=1)[:-1]
    np.testing.assert_allclose(directions, radius * np.linalg.norm(places[:-1] - centre, axis=1))
    assert {round(float(arc[:, 2].min()), 9) for arc in arcs} == {0.0}


def test_the_arcs_reach_down_to_an_electrode_below_the_circle():
    places = np.array([[0, 0.015, 0.1], [0.1, 0.015, 0], [-0.08, 0.015, -0.06]])
    _, *arcs, _ = head_rings(on_head(places))
    assert [float(arc[:, 2].min()) for arc in arcs] == pytest.approx([-0.06, -0.06])


def test_three_views_of_each_matrix_are_drawn():
    matrices = {"open": rng.random((6, 6)), "closed": rng.random((6, 6))}
    figure = attention_views(matrices, positions=on_a_sphere(6), title="T", caption="C")
    assert [axes.get_title() for axes in figure.axes] == ["open, front", "left", "top", "closed, front", "left", "top"]
    assert all(len(axes.collections) == 30 + 1 for axes in figure.axes)


@pytest.mark.parametrize("name", ["Fz", "<img src=x>"])
def test_a_page_holds_everything_and_escapes_names(name):
    page = attention_page(
        {"one": rng.random((3, 3))}, channels=[name, "B", "C"], positions=on_a_sphere(3), title="T", caption="C"
    )
    assert "<img" not in page
    assert "<script src=" not in page
    assert "attends to" in page


def test_the_caption_of_a_page_is_wrapped():
    named = {"channels": "ABC", "positions": on_a_sphere(3), "title": "T"}
    page = attention_page({"one": rng.random((3, 3))}, caption="a word and " * 25, **named)
    (text,) = re.findall(r'"text":"(a word[^"]*)"', page)
    lines = text.split("\\u003cbr\\u003e")
    assert len(lines) == 3
    assert max(map(len, lines)) <= CAPTION_WIDTH
