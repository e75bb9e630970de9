import re
from io import BytesIO

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from eegbench.figure import save
from eegbench.figure.raster_dots import RasterDots

RED, BLUE = (1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)


@pytest.fixture
def figure():
    return Figure(figsize=(3, 2), dpi=300)


def drawn(figure) -> np.ndarray:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


def test_pixels_are_those_of_a_scatter(figure, rng):
    points, colours = rng.normal(size=(200, 2)), rng.uniform(size=(200, 4))
    dots = RasterDots(figure.add_subplot(), points, colours, 9.0)
    ours = drawn(figure)
    axes = dots.axes
    dots.remove()
    axes.scatter(*points.T, s=9.0, c=colours, linewidth=0)
    np.testing.assert_array_equal(drawn(figure), ours)


def test_each_dot_is_where_it_belongs_and_of_its_colour(figure):
    axes = figure.add_subplot()
    RasterDots(axes, np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([RED, BLUE]), 30.0)
    pixels = drawn(figure)
    for point, colour in (((0, 0), RED), ((1, 2), BLUE)):
        x, y = axes.transData.transform(point).round().astype(int)
        np.testing.assert_array_equal(pixels[len(pixels) - y, x], np.multiply(colour, 255))


@pytest.mark.slow
def test_a_pdf_takes_one_picture_a_panel_as_fine_as_a_png(figure, rng, tmp_path):
    for axes in figure.subplots(1, 2):
        RasterDots(axes, rng.normal(size=(50, 2)), rng.uniform(size=(50, 4)), 9.0)
    save(figure, tmp_path, "dots")
    widths = [int(width) for width in re.findall(rb"/Width (\d+)", (tmp_path / "dots.pdf").read_bytes())]
    panels = [axes.bbox.width / figure.dpi * 300 for axes in figure.axes]
    assert len(widths) == 2
    assert np.abs(np.subtract(widths, panels)).max() < 2


def test_a_pdf_is_the_same_with_and_without_a_png_before_it(rng, tmp_path):
    files = []
    for formats in (("png", "pdf"), ("pdf",)):
        figure = Figure(figsize=(3, 2))
        RasterDots(figure.add_subplot(), np.arange(20.0).reshape(10, 2), np.full((10, 4), 0.5), 9.0)
        files.append(save(figure, tmp_path / str(len(formats)), "dots", formats=formats)[-1].read_bytes())
    assert files[0] == files[1]


def test_dots_follow_a_panel_that_is_moved(figure):
    axes = figure.add_axes((0.1, 0.1, 0.5, 0.5))
    RasterDots(axes, np.zeros((1, 2)), np.array([RED]), 30.0)
    before = drawn(figure)
    axes.set_position((0.4, 0.4, 0.5, 0.5))
    after = drawn(figure)
    x, y = axes.transData.transform((0, 0)).round().astype(int)
    np.testing.assert_array_equal(after[len(after) - y, x, :3], [255, 0, 0])
    assert not np.array_equal(before, after)


def test_dots_can_be_written_as_svg(figure):
    RasterDots(figure.add_subplot(), np.zeros((1, 2)), np.array([RED]), 30.0)
    file = BytesIO()
    with mpl.rc_context():
        figure.savefig(file, format="svg")
    assert b"<image" in file.getvalue()
