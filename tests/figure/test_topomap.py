from itertools import pairwise

import numpy as np
import pytest
from figure.contents import contents
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from eegbench.figure import Maps, save, topomap
from eegbench.figure.style import title_size
from eegbench.figure.topomap import DOT, LARGE_DOT, MAX_ROWS

ROWS, COLUMNS = ("left fist", "right fist"), ("μ 7–14 Hz", "β 14–30 Hz")
CAPTION = "A correlation with the prediction is no increase of amplitude in the data. " * 3


@pytest.fixture
def values(rng, electrodes) -> np.ndarray:
    return rng.normal(size=(2, 2, len(electrodes)))


@pytest.fixture
def draw(values, electrodes):
    def with_changes(maps=None, **changes):
        names, positions = tuple(electrodes), np.array(list(electrodes.values()))
        options = {"rows": ROWS, "columns": COLUMNS, "channels": names, "positions": positions}
        options |= {"title": "What is used", "caption": CAPTION}
        return topomap(maps or Maps(values, "correlation"), **(options | changes))

    return with_changes


def heads(figure) -> list:
    return [axes for axes in figure.axes if axes.images]


def bars(figure) -> list:
    return [axes for axes in figure.axes if axes.get_xlabel()]


def caption(figure) -> str:
    return " ".join(figure.subfigs[1].get_supxlabel().split())


def test_there_is_a_map_for_each_class_and_band_and_one_colour_bar(draw):
    figure = draw()
    assert len(heads(figure)) == 4
    assert [axes.get_title() for axes in heads(figure)][:2] == list(COLUMNS)
    assert [axes.get_ylabel() for axes in heads(figure)][::2] == list(ROWS)
    assert [axes.get_xlabel() for axes in bars(figure)] == ["correlation"]
    assert figure.get_suptitle() == "What is used"


def test_all_maps_share_limits_that_are_symmetric_about_zero(draw, values):
    limit = np.abs(values).max()
    assert {axes.images[0].get_clim() for axes in heads(draw())} == {(-limit, limit)}


def test_maps_that_cannot_be_negative_have_a_scale_from_zero(draw, values):
    values[:] = 1.0
    values[0, 0, 0], values[1, 1, 1] = 0.5, 3.0
    figure = draw(Maps(values, "spread", is_signed=False))
    assert {(axes.images[0].get_cmap().name, *axes.images[0].get_clim()) for axes in heads(figure)} == {("Reds", 0, 3)}
    assert bars(figure)[0].get_xlim() == (0, 3)


def test_what_differs_in_the_data_stands_beside_in_colours_and_limits_of_its_own(draw, values):
    network, data = Maps(values, "correlation", "network"), Maps(7 * values, "standard deviations", "data")
    figure = draw(network, beside=data)
    images = [axes.images[0] for axes in heads(figure)]
    assert len(images) == 8
    used, differs = ({(image.get_cmap().name, image.get_clim()[1]) for image in images[i::2]} for i in (0, 1))
    limit = np.abs(values).max()
    assert (used, differs) == ({("RdBu_r", limit)}, {("PuOr_r", 7 * limit)})
    assert [axes.get_title() for axes in heads(figure)][:2] == ["μ 7–14 Hz\nnetwork", "μ 7–14 Hz\ndata"]
    assert [axes.get_xlabel() for axes in bars(figure)] == ["correlation", "standard deviations"]


def test_channels_without_a_position_or_a_value_are_left_out_and_named(draw, electrodes, values):
    positions = np.array(list(electrodes.values()))
    positions[1] = np.nan
    values[:, :, 2] = np.nan
    figure = draw(positions=positions)
    names = list(electrodes)
    assert caption(figure).endswith(f"for want of a position or of values: {names[1]}, {names[2]}.")
    (dots,) = [line for line in heads(figure)[0].lines if line.get_marker() == "o"]
    assert len(dots.get_xdata()) == len(names) - 2


def test_a_channel_is_drawn_in_the_maps_that_have_a_value_of_it(draw, electrodes, values):
    values[1, 0, 2] = np.nan
    values[0, 1, 3:] = np.nan  # too few for a map
    figure = draw()
    n, names = len(electrodes), list(electrodes)
    n_dots = [[len(line.get_xdata()) for line in axes.lines if line.get_marker() == "o"] for axes in heads(figure)]
    assert n_dots == [[n], [n - 1], [n]]
    assert caption(figure).endswith(f"Only in maps that have values of them: {', '.join(names[2:])}.")


def test_a_map_without_values_is_empty_and_its_channels_are_not_named(draw, values):
    values[0, 1] = np.nan
    figure = draw()
    assert len(heads(figure)) == 3
    assert "Only in maps" not in caption(figure)


def test_marked_channels_are_larger_dots(draw, values):
    marked = np.zeros(values.shape, dtype=bool)
    marked[0, 0, :3] = True
    first, second = (
        {line.get_markersize(): len(line.get_xdata()) for line in axes.lines if line.get_marker() == "o"}
        for axes in heads(draw(Maps(values, "correlation", marked=marked)))[:2]
    )
    assert first == {DOT: values.shape[2] - 3, LARGE_DOT: 3}
    assert second[DOT] == values.shape[2]


def test_many_filters_are_counted_and_the_first_are_drawn(draw, rng, electrodes):
    maps = Maps(rng.normal(size=(40, 1, len(electrodes))), "score per µV")
    figure = draw(maps, rows=tuple(f"filter {i}" for i in range(40)), columns=COLUMNS[:1])
    assert len(heads(figure)) == MAX_ROWS
    assert figure.get_suptitle() == "What is used (8 of 40)"


def test_maps_of_zero_are_drawn(draw, values):
    figure = draw(Maps(0 * values[:1, :1], "correlation"), rows=ROWS[:1], columns=COLUMNS[:1])
    assert heads(figure)[0].images[0].get_clim() == (-1, 1)


@pytest.mark.parametrize("n_columns", [1, 2, 5])
def test_nothing_written_is_cut_or_covered(draw, rng, electrodes, n_columns):
    values = rng.normal(size=(2, n_columns, len(electrodes)))
    columns = tuple(f"band {i}, {i}–{i + 1} Hz" for i in range(n_columns))
    beside, rows = Maps(values, "sd", "data"), ("both_fists_imagined", "both_feet_imagined")
    figure = draw(Maps(values, "a long measure " * 5, "network"), rows=rows, columns=columns, beside=beside)
    figure.draw_without_rendering()
    foot = figure.subfigs[1]._supxlabel.get_window_extent()
    assert figure.bbox.x0 <= foot.x0
    assert foot.x1 <= figure.bbox.x1
    assert figure.bbox.y0 <= foot.y0
    assert foot.y1 <= min(axes.xaxis.label.get_window_extent().y0 for axes in bars(figure))
    titles = [axes.title.get_window_extent() for axes in heads(figure)[: 2 * n_columns]]
    assert all(one.x1 < other.x0 for one, other in pairwise(titles))
    above, below = (axes.yaxis.label.get_window_extent() for axes in heads(figure)[:: 2 * n_columns])
    assert above.y0 > below.y1


@pytest.mark.slow
def test_equal_maps_give_equal_files(draw, values, tmp_path):
    maps, names = Maps(values[:1, :1], "correlation"), {"rows": ROWS[:1], "columns": COLUMNS[:1]}
    first, second = (save(draw(maps, **names), tmp_path / name, "maps") for name in "ab")
    assert contents(first) == contents(second)


def test_three_electrodes_are_too_few_for_a_map(draw, electrodes):
    positions = np.array(list(electrodes.values()))
    positions[3:] = np.nan
    with pytest.raises(ValueError, match=r"^3 of \d+ channels have a position .* needs 4; draw channel_heatmap"):
        draw(positions=positions)


def test_a_name_for_each_map_is_asked_for(draw, values):
    with pytest.raises(ValueError, match=r"shape \(2, 2, \d+\), and the names are of \(2, 1, \d+\) rows, columns"):
        draw(columns=COLUMNS[:1])
    with pytest.raises(ValueError, match="pass a name for each"):
        draw(beside=Maps(values[:1], "sd"))


def test_a_long_title_is_smaller_so_that_it_fits():
    assert title_size("Attention rollout (network, test)") == 10
    figure = Figure(figsize=(7, 1), dpi=100)
    long = "Attention rollout: heads by mean, correct windows, confidence from 0.505 (network, test, within subject)"
    text = figure.suptitle(long, fontsize=title_size(long))
    assert text.get_window_extent(FigureCanvasAgg(figure).get_renderer()).width < 700
