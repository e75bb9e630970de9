import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from figure.contents import contents
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from eegbench.figure import confusion_matrix, save, style
from eegbench.figure.style import PALETTE, STAGES, blank, class_colours, folded, from_top, smooth, styled


@pytest.fixture
def figure():
    return confusion_matrix(np.eye(2, dtype=int), ("rest", "task"), "test")


@pytest.mark.slow
def test_pyplot_is_never_imported():
    lines = "import sys, eegbench.figure; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0


def test_a_figure_is_saved_as_png_pdf_and_svg_and_nothing_else(figure, tmp_path):
    files = save(figure, tmp_path / "new" / "figures", "confusion")
    assert files == [
        tmp_path / "new" / "figures" / name for name in ("confusion.png", "confusion.pdf", "confusion.svg")
    ]
    assert sorted(files) == sorted((tmp_path / "new" / "figures").iterdir())
    assert files[0].read_bytes().startswith(b"\x89PNG")
    assert files[1].read_bytes().startswith(b"%PDF")


def test_equal_figures_give_equal_files(tmp_path):
    first, second = (
        save(confusion_matrix(np.eye(2, dtype=int), ("rest", "task"), "test"), tmp_path / name, "c") for name in "ab"
    )
    assert contents(first) == contents(second)


def test_a_failed_write_leaves_the_old_file_and_no_part(figure, tmp_path, monkeypatch):
    save(figure, tmp_path, "c")
    before = (tmp_path / "c.png").read_bytes()

    def fails(figure, path):
        path.write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setitem(style._PRINT, ".png", fails)
    with pytest.raises(OSError, match="no space"):
        save(figure, tmp_path, "c")
    assert (tmp_path / "c.png").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"c.png", "c.pdf", "c.svg"}


def test_the_users_settings_neither_change_a_figure_nor_are_changed():
    with mpl.rc_context({"font.size": 30, "axes.titlesize": 40}):
        figure = confusion_matrix(np.eye(2, dtype=int), ("rest", "task"), "test")
        assert mpl.rcParams["font.size"] == 30
    assert figure.axes[0].title.get_fontsize() == 9


def test_no_text_is_below_8_points(figure):
    sizes = [text.get_fontsize() for text in figure.findobj(mpl.text.Text) if text.get_text()]
    assert min(sizes) >= 8


def test_stages_keep_their_colours_and_their_order():
    assert class_colours(("N1", "W")) == {"N1": STAGES["N1"], "W": STAGES["W"]}
    assert from_top(("W", "N1", "N2", "N3", "R")) == ("W", "R", "N1", "N2", "N3")
    assert from_top(("task", "rest")) == ("task", "rest")


@pytest.mark.parametrize("n", [2, len(PALETTE), 20])
def test_every_class_has_a_colour_of_its_own(n):
    assert len(set(class_colours(tuple(map(str, range(n)))).values())) == n


def test_a_colour_bar_keeps_its_colours_and_numbers_as_one_small_image():
    figure = blank(2.0, 2.0)
    bar = figure.colorbar(ScalarMappable(Normalize(20, 80), "viridis"), ax=figure.add_subplot(), ticks=[20, 50, 80])
    smooth(bar)
    (image,) = bar.ax.images
    assert not bar.ax.collections
    assert bar.ax.get_ylim() == (20, 80)
    ends = image.to_rgba(image.get_array())[[0, -1], 0]
    np.testing.assert_allclose(ends, mpl.colormaps["viridis"]([0.0, 1.0]))
    assert [label.get_text() for label in bar.ax.get_yticklabels()] == ["20", "50", "80"]


def test_axes_lie_where_they_did_though_empty_labels_are_not_placed(tmp_path):
    @styled
    def drawn(by_save: bool):
        figure = blank(2.0, 3.0)
        axes = figure.add_subplot()
        axes.set_yticks([0, 1], ["a name", "a longer name"])
        figure.set_dpi(style.DPI)
        if by_save:
            save(figure, tmp_path, "placed", formats=("png",))
        else:
            figure.draw_without_rendering()
        return figure

    places = [drawn(by_save).axes[0].get_position().extents for by_save in (False, True)]
    np.testing.assert_allclose(*places)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("both_fists_imagined", "both_fists_\nimagined"),
        ("left fist", "left fist"),
        ("right hand and foot", "right hand\nand foot"),
        ("desynchronisation", "desynchronisation"),
        ("N1", "N1"),
    ],
)
def test_a_long_name_is_broken_after_its_words(name, lines):
    assert folded(name, 12) == lines
