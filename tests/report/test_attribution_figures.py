"""Which figures an attribution gets, and what their captions say."""

import numpy as np
import pytest
import torch
from forms import group_of
from torch import nn

from eegbench.interpretability import Attribution, Scene
from eegbench.report.album import Album
from eegbench.report.attribution_figures import plot_attribution, plot_difference

CHANNELS = ("Fz", "Cz", "Pz", "Oz", "C3", "C4")
PLACES = np.array([[0, 8, 6], [0, 0, 10], [0, -6, 8], [0, -9, 2], [-7, 0, 7], [7, 0, 7.0]]) / 100
BANDS = [("slow", 1.0, 4.0), ("fast", 8.0, 13.0), ("beyond", 70.0, 90.0)]


def scene(positions=PLACES):
    group = group_of(CHANNELS[: len(positions)], 50.0, 100, positions)
    x = torch.zeros(4, len(positions), 100)
    return Scene(nn.Flatten(), lambda part: x[part], np.array([0, 1, 0, 1]), ("left", "right"), group)


def attribution(axis="frequency_hz", n_channels=6, p=False, channels=CHANNELS, is_by_class=True):
    places = {"frequency_hz": np.fft.rfftfreq(100, 0.02), "time_s": np.arange(100) / 50, "band": ("slow", "all")}[axis]
    shape = (2, n_channels, len(places))
    values = np.random.default_rng(0).standard_normal(shape)
    edges = np.array([[1.0, 4.0], [0.0, np.inf]]) if axis == "band" else None
    return Attribution(
        values=values,
        measure="correlation",
        axis=axis,
        places=places,
        outputs=("left", "right"),
        channels=channels[:n_channels],
        p=np.full(shape, 0.01) if p else None,
        is_by_class=is_by_class,
        bands_hz=edges,
    )


def drawn(tmp_path, found, of=None):
    of = of or scene()
    difference = np.zeros((2, of.group.n_channels, 51))
    plot_attribution(found, difference, of, bands_hz=BANDS, title="T", stem="m", album=Album(tmp_path, ("png",)))
    return {path.name for path in (tmp_path / "figures").iterdir()}


@pytest.mark.parametrize("axis", ["frequency_hz", "time_s", "band"])
def test_a_map_by_channel_is_drawn_as_heat_map_scalp_map_and_page(tmp_path, axis):
    assert drawn(tmp_path, attribution(axis, p=axis == "frequency_hz")) == {"m_map.png", "m_scalp.png", "m.html"}


def test_a_map_without_channels_has_no_scalp(tmp_path):
    assert drawn(tmp_path, attribution(n_channels=1, channels=("all",))) == {"m_map.png", "m.html"}


def test_filters_have_no_scalp(tmp_path):
    assert drawn(tmp_path, attribution(is_by_class=False)) == {"m_map.png", "m.html"}
    assert "says nothing yet" in (tmp_path / "figures" / "m.html").read_text()


def test_two_electrodes_make_no_scalp(tmp_path):
    assert drawn(tmp_path, attribution(n_channels=2), scene(PLACES[:2])) == {"m_map.png", "m.html"}


def test_captions_say_that_a_correlation_is_no_increase_and_what_is_marked(tmp_path):
    drawn(tmp_path, attribution(p=True))
    page = (tmp_path / "figures" / "m.html").read_text()
    assert "not that the class has more" in page
    assert "p &lt; .05, corrected" in page or "p < .05, corrected" in page


def test_what_differs_in_the_data_is_drawn_and_kept_as_numbers(tmp_path):
    album = Album(tmp_path, ("png",))
    plot_difference(np.zeros((2, 6, 51)), scene(), title="T", stem="d", album=album)
    assert (tmp_path / "figures" / "d_map.png").is_file()
    assert (tmp_path / "tables" / "d.parquet").is_file()
