import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from eegbench.figure import embedding_scatter
from eegbench.figure.embedding_scatter import MAX_POINTS
from eegbench.figure.style import PALE

LABELS = ("PC 1 (34 %)", "PC 2 (11 %)")


def draw(points, rng, **panels):
    return embedding_scatter(points, panels=panels, title="PCA", axis_labels=LABELS, rng=rng)


def panels_of(figure):
    return {axes.get_title("left"): axes for axes in figure.axes if axes.get_title("left")}


def n_dots(axes) -> int:
    return sum(len(dots.get_offsets()) for dots in axes.collections)


@pytest.fixture
def points(rng):
    return rng.normal(size=(60, 2))


def test_each_thing_known_is_a_panel_of_the_same_points(points, rng, stages):
    stage, age = pd.Series(np.array(stages)[np.arange(60) % 5]), pd.Series(np.arange(60.0))
    panels = panels_of(draw(points, rng, stage=stage, age=age))
    assert list(panels) == ["stage", "age"]
    assert [n_dots(axes) for axes in panels.values()] == [60, 60]
    names = [text.get_text() for text in panels["stage"].get_legend().get_texts()]
    assert names == ["W", "R", "N1", "N2", "N3"]
    assert panels["age"].get_legend() is None


def test_axis_labels_and_the_number_of_windows_are_written(points, rng):
    figure = draw(points, rng, sex=pd.Series(["F", "M"] * 30))
    assert figure.get_suptitle() == "PCA (60 windows)"
    assert (figure.get_supxlabel(), figure.get_supylabel()) == LABELS


def test_many_windows_are_subsampled(rng):
    n = MAX_POINTS + 1000
    figure = draw(rng.normal(size=(n, 2)), rng, sex=pd.Series(["F", "M"] * (n // 2)))
    axes = panels_of(figure)["sex"]
    assert n_dots(axes) == MAX_POINTS
    assert figure.get_suptitle() == "PCA (2,500 of 3,500 windows)"


def test_thirty_subjects_are_named_in_small_type(points, rng):
    subject = pd.Series([f"s{i % 30:02}" for i in range(60)])
    legend = panels_of(draw(points, rng, subject=subject))["subject"].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [f"s{i:02}" for i in range(30)]


def test_of_more_subjects_a_colour_bar_names_the_first_and_the_last(points, rng):
    subject = pd.Series([f"s{i:02}" for i in range(60)])
    axes = panels_of(draw(points, rng, subject=subject))["subject (60, by name)"]
    (bar,) = axes.child_axes
    assert [label.get_text() for label in bar.get_yticklabels()] == ["s00", "s59"]
    assert axes.get_legend() is None


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["F", None] * 30),
        pd.Series([30.0, np.nan] * 30),
        pd.Series([None] * 60, dtype=object),
        pd.Series([np.nan] * 60),
    ],
)
def test_what_is_missing_is_drawn_and_said(points, rng, values):
    axes = panels_of(draw(points, rng, fact=values))["fact, grey: unknown"]
    assert n_dots(axes) == 60
    axes.figure.draw_without_rendering()


@pytest.mark.parametrize("n_panels", [1, 2, 3, 4, 5])
def test_there_is_an_axes_a_panel_and_none_is_empty(points, rng, n_panels):
    panels = {f"p{i}": pd.Series(["F", "M"] * 30) for i in range(n_panels)}
    assert len(draw(points, rng, **panels).axes) == n_panels


def test_points_and_colours_stay_together(rng):
    points = np.column_stack([np.arange(60.0), np.zeros(60)])
    axes = panels_of(draw(points, rng, age=pd.Series(np.arange(60.0), index=range(100, 160))))["age"]
    (dots,) = axes.collections
    expected = mpl.colormaps["viridis"](dots.get_offsets()[:, 0] / 59)
    np.testing.assert_allclose(dots.get_facecolors()[:, :3], expected[:, :3])


def test_what_is_unknown_lies_below_all_else(points, rng):
    (dots,) = panels_of(draw(points, rng, sex=pd.Series(["F", None] * 30)))["sex, grey: unknown"].collections
    grey = (dots.get_facecolors()[:, :3] == mpl.colors.to_rgb(PALE)).all(axis=1)
    assert grey[:30].all()
    assert not grey[30:].any()


def test_a_long_legend_is_drawn_larger_in_the_place_of_a_missing_panel(points, rng):
    """Of five panels, the sixth place is free."""
    sex, subject = pd.Series(["F", "M"] * 30), pd.Series([f"s{i % 30:02}" for i in range(60)])
    figure = draw(points, rng, stage=sex, subject=subject, split=sex, age=pd.Series(np.arange(60.0)), sex=sex)
    panels = panels_of(figure)
    assert list(panels) == ["stage", "split", "age", "sex", "subject"]
    legend = panels["subject"].get_legend()
    assert {text.get_fontsize() for text in legend.get_texts()} == {7.5}
    figure.draw_without_rendering()
    assert legend.get_window_extent().x1 <= figure.bbox.x1
    assert legend.get_window_extent().y1 <= panels["age"].bbox.y0
