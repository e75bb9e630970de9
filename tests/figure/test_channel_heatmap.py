from copy import copy
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from figure.contents import contents
from matplotlib.collections import LineCollection, PolyCollection, QuadMesh
from matplotlib.colors import to_hex

from eegbench.figure import ChannelMap, channel_heatmap, save
from eegbench.figure.channel_heatmap import MAX_PANELS, outline
from eegbench.figure.colour_scale import DIFFERS
from eegbench.interpretability import Attribution

pytestmark = pytest.mark.slow

CAPTION = "A correlation with the prediction is no increase of amplitude in the data. " * 3
BANDS = ("δ 0.5–4 Hz", "θ 4–8 Hz", "α 8–13 Hz")


def draw(drawn: ChannelMap):
    return channel_heatmap(drawn, title="What is used", caption=CAPTION)


def meshes(figure) -> list[QuadMesh]:
    return [one for axes in figure.axes if axes.get_title() for one in axes.collections if isinstance(one, QuadMesh)]


def means(figure) -> list:
    return [axes for axes in figure.subfigs[0].axes if not axes.get_title()]


def outlines(figure) -> list[int]:
    panels = [axes for axes in figure.axes if axes.get_title()]
    found = [one for axes in panels for one in axes.collections if isinstance(one, LineCollection)]
    return [len(one.get_segments()) for one in found]


def bars(figure) -> list:
    return [axes for axes in figure.subfigs[1].axes if axes.get_xlabel()]


def test_a_map_can_be_drawn_that_is_no_attribution(attribution):
    plain = ChannelMap(**{field.name: getattr(attribution, field.name) for field in fields(ChannelMap)})
    assert len(meshes(draw(plain))) == len(plain.outputs)


def test_each_output_is_a_panel_of_channels_by_frequencies(attribution):
    figure = draw(attribution)
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == ["rest", "task"]
    np.testing.assert_array_equal(meshes(figure)[1].get_array().reshape(3, 20), attribution.values[1])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["C3", "Cz", "C4"]
    assert [axes.get_xlabel() for axes in means(figure)] == ["frequency (Hz)"] * 2
    assert figure.get_suptitle() == "What is used"


def test_panels_share_one_colour_bar_whose_limits_are_symmetric(attribution):
    figure = draw(attribution)
    limit = np.abs(attribution.values).max()
    assert {mesh.get_clim() for mesh in meshes(figure)} == {(-limit, limit)}
    assert [axes.get_xlabel() for axes in bars(figure)] == ["correlation"]


def test_a_map_that_cannot_be_negative_has_a_scale_from_zero(attribution):
    attribution.values[:] = np.linspace(0.5, 2.0, attribution.values.size).reshape(attribution.values.shape)
    figure = draw(replace(attribution, is_signed=False))
    assert {(mesh.get_cmap().name, *mesh.get_clim()) for mesh in meshes(figure)} == {("Reds", 0, 2)}
    assert bars(figure)[0].get_xlim() == (0, 2)


def test_below_stands_the_mean_over_channels_with_its_error(attribution):
    axes = means(draw(attribution))[1]
    np.testing.assert_allclose(axes.lines[-1].get_ydata(), attribution.values[1].mean(axis=0))
    (band,) = [one for one in axes.collections if isinstance(one, PolyCollection)]
    low, high = band.get_paths()[0].get_extents().intervaly
    mean, error = attribution.values[1].mean(axis=0), attribution.standard_error[1].mean(axis=0)
    np.testing.assert_allclose([low, high], [(mean - error).min(), (mean + error).max()])
    assert "SE" in means(draw(attribution))[0].get_ylabel()


def test_a_map_of_one_row_has_values_and_no_mean_over_channels(attribution):
    values, error = attribution.values[:, :1], attribution.standard_error[:, :1]
    one = replace(attribution, values=values, channels=("all",), standard_error=error, p=None)
    assert means(draw(one))[0].get_ylabel() == "correlation\n± SE"
    long = replace(one, measure="decrease of the class score (logit)", standard_error=None)
    assert means(draw(long))[0].get_ylabel() == "decrease of the\nclass score"
    assert [label.get_text() for label in draw(one).axes[0].get_yticklabels()] == ["all\nchannels"]
    assert means(draw(attribution))[0].get_ylabel() == "mean over\nchannels\n± mean SE"


def test_without_errors_and_p_values_there_is_no_band_and_no_outline(attribution):
    figure = draw(replace(attribution, standard_error=None, p=None))
    assert not any(isinstance(one, PolyCollection) for axes in means(figure) for one in axes.collections)
    assert outlines(figure) == [0, 0]
    assert "SE" not in means(figure)[0].get_ylabel()


def test_what_is_significant_is_outlined(attribution):
    p = np.ones(attribution.values.shape)
    p[0, 1, 4:6] = 0.01
    assert outlines(draw(replace(attribution, p=p))) == [6, 0]


def test_an_outline_runs_between_marked_and_other_cells():
    marked = np.array([[True, False], [True, False]])
    x, y = np.array([0.0, 1.0, 3.0]), np.array([-1.0, 0.0, 5.0])
    expected = {((0, -1), (0, 0)), ((0, 0), (0, 5)), ((1, -1), (1, 0)), ((1, 0), (1, 5))}
    assert set(outline(marked, x, y)) == expected | {((0, -1), (1, -1)), ((0, 5), (1, 5))}


def test_bands_are_columns_with_their_names(attribution):
    cut = {"values": attribution.values[..., :3], "standard_error": attribution.standard_error[..., :3], "p": None}
    axes = means(draw(replace(attribution, axis="band", places=BANDS, **cut)))[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == list(BANDS)
    np.testing.assert_array_equal(axes.get_xticks(), [0, 1, 2])
    assert axes.get_xticklabels()[0].get_rotation() == 45


def test_the_name_of_a_single_band_is_not_slanted(attribution):
    cut = {"values": attribution.values[..., :1], "standard_error": attribution.standard_error[..., :1], "p": None}
    axes = means(draw(replace(attribution, axis="band", places=("all frequencies",), **cut)))[0]
    (label,) = axes.get_xticklabels()
    assert (label.get_text(), label.get_rotation()) == ("all frequencies", 0)


def test_many_filters_are_counted_and_the_first_are_drawn(rng):
    values = rng.normal(size=(40, 1, 1))
    many = Attribution(values, "score", "time_s", np.zeros(1), tuple(f"filter {i}" for i in range(40)), ("all",))
    figure = draw(many)
    assert len(meshes(figure)) == MAX_PANELS
    assert figure.get_suptitle() == "What is used (6 of 40)"


@pytest.mark.parametrize("n_channels", [1, 2, 64, 128])
def test_names_do_not_cover_each_other_and_nothing_is_cut(rng, n_channels):
    names, n = tuple(f"E{i}" for i in range(n_channels)), n_channels
    drawn = Attribution(rng.normal(size=(5, n, 4)), "score", "time_s", np.arange(4.0), tuple("WNRAB"), names)
    figure = draw(drawn)
    figure.draw_without_rendering()
    labels = [label.get_window_extent() for label in figure.axes[0].get_yticklabels()]
    assert labels
    assert all(low.y1 <= high.y0 + 0.5 for high, low in pairwise(labels))
    foot = figure.subfigs[1]._supxlabel.get_window_extent()
    assert figure.bbox.x0 <= foot.x0
    assert foot.x1 <= figure.bbox.x1
    assert figure.bbox.y0 <= foot.y0
    assert foot.y1 <= bars(figure)[0].xaxis.label.get_window_extent().y0


def test_what_is_not_defined_is_grey_and_the_caption_says_so(attribution):
    attribution.values[0, 0, 0] = np.nan
    figure = draw(attribution)
    mesh = meshes(figure)[0]
    assert mesh.get_array().mask.sum() == 1
    assert to_hex(mesh.axes.get_facecolor()) == "#c4c4c4"
    assert " ".join(figure.subfigs[1].get_supxlabel().split()).endswith("Grey: no value.")
    assert np.isfinite(mesh.get_clim()).all()


@pytest.mark.slow
def test_equal_maps_give_equal_files(attribution, tmp_path):
    first, second = (save(draw(attribution), tmp_path / name, "map") for name in "ab")
    assert contents(first) == contents(second)


def test_a_map_whose_names_are_of_another_shape_is_refused(attribution):
    with pytest.raises(ValueError, match=r"values of a map have the shape \(2, 3, 20\), .* \(2, 2, 20\) outputs"):
        draw(replace(attribution, channels=("C3", "C4")))
    broken = copy(attribution)
    vars(broken)["p"] = attribution.p[:, :1]  # a constructor refuses it under pytest, where shapes are checked
    with pytest.raises(ValueError, match="p values of a map have the shape"):
        draw(broken)
    with pytest.raises(ValueError, match="Places on the axis frequency_hz rise"):
        draw(replace(attribution, places=attribution.places[::-1]))


def test_short_error_bars_of_bands_have_ends_wider_than_the_dot(attribution):
    cut = {"values": attribution.values[..., :3], "standard_error": np.full((2, 3, 3), 1e-6), "p": None}
    axes = means(draw(replace(attribution, axis="band", places=BANDS, **cut)))[0]
    ends = [line for line in axes.lines if line.get_marker() == "_"]
    (dots,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in ends] == [3, 3]
    assert ends[0].get_markersize() == 7
    assert dots.get_markersize() == 3


def test_differences_in_the_data_have_colours_of_their_own(attribution):
    figure = channel_heatmap(attribution, title="", caption="", diverging=DIFFERS)
    assert {mesh.get_cmap().name for mesh in meshes(figure)} == {"PuOr_r"}
