from itertools import pairwise

import numpy as np
import pytest

from eegbench.figure import confusion_matrix


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_each_cell_has_its_count_and_its_share_of_the_row(counts, stages):
    figure = confusion_matrix(counts, stages, "linear, test")
    assert figure.axes[0].get_title() == "linear, test"
    assert texts(figure)[:5] == ["80\n80 %", "0\n0 %", "15\n15 %", "0\n0 %", "5\n5 %"]
    assert "1,200\n97 %" in texts(figure)


def test_colour_is_the_row_share_between_0_and_1(counts, stages):
    cells = confusion_matrix(counts, stages, "linear, test").axes[0].collections[0]
    assert cells.get_clim() == (0, 1)
    np.testing.assert_allclose(cells.get_array()[0], [0.8, 0, 0.15, 0, 0.05])


def test_a_class_without_windows_is_shown_as_such(counts, stages):
    figure = confusion_matrix(counts, stages, "linear, test")
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[3] == "N3\nno windows"
    assert labels[2] == "N2\nn = 1,237"
    assert texts(figure)[15:20] == ["–"] * 5


@pytest.mark.parametrize("n", [2, 20])
def test_two_to_twenty_classes_have_room(n, rng):
    classes = tuple(f"class {i}" for i in range(n))
    figure = confusion_matrix(rng.integers(0, 90000, (n, n)), classes, "test")
    figure.draw_without_rendering()
    cell = figure.axes[0].get_window_extent().width / n
    assert max(text.get_window_extent().width for text in figure.axes[0].texts) < cell


@pytest.mark.parametrize("n", [2, 5, 20])
def test_nothing_is_cut_off_and_labels_do_not_overlap_whatever_names_are(n, rng):
    classes = tuple(f"a class of a rather long name {i}" for i in range(n))
    figure = confusion_matrix(rng.integers(0, 90000, (n, n)), classes, "test")
    figure.draw_without_rendering()
    inside = figure.get_tightbbox().padded(-0.01)
    assert inside.x0 >= 0
    assert inside.y0 >= 0
    assert np.all(inside.max <= figure.get_size_inches())
    rows = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert all(upper.y0 >= lower.y1 for upper, lower in pairwise(rows))
