"""Figures of an attribution, and their captions."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from forms import group_of
from torch import nn

from eegbench.interpretability import Attribution, Scene
from eegbench.report import attribution_figures
from eegbench.report.album import Album
from eegbench.report.attribution_figures import plot_attribution, plot_difference

pytestmark = pytest.mark.slow

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
    whole = {"m_all_map.png", "m_all_scalp.png"} if axis == "band" else set()
    assert (
        drawn(tmp_path, attribution(axis, p=axis == "frequency_hz")) == {"m_map.png", "m_scalp.png", "m.html"} | whole
    )


@pytest.mark.slow
def test_a_map_without_channels_has_no_scalp(tmp_path):
    assert drawn(tmp_path, attribution(n_channels=1, channels=("all",))) == {"m_map.png", "m.html"}


def test_filters_have_no_scalp(tmp_path):
    assert drawn(tmp_path, attribution(is_by_class=False)) == {"m_map.png", "m.html"}
    assert "does not show how the network uses them" in (tmp_path / "figures" / "m.html").read_text()


def test_two_electrodes_make_no_scalp(tmp_path):
    assert drawn(tmp_path, attribution(n_channels=2), scene(PLACES[:2])) == {"m_map.png", "m.html"}


@pytest.mark.slow
def test_captions_say_that_a_correlation_is_no_increase_and_what_is_marked(tmp_path):
    drawn(tmp_path, attribution(p=True))
    page = (tmp_path / "figures" / "m.html").read_text()
    assert "not that the amplitude is larger in this class" in page
    assert "p\u00a0&lt;\u00a0.05, corrected" in page or "p\u00a0<\u00a0.05, corrected" in page


def test_what_differs_in_the_data_is_drawn_and_kept_as_numbers(tmp_path):
    album = Album(tmp_path, ("png",))
    plot_difference(np.zeros((2, 6, 51)), scene(), title="T", stem="d", album=album)
    assert (tmp_path / "figures" / "d_map.png").is_file()
    assert (tmp_path / "tables" / "d.parquet").is_file()


def test_a_class_of_which_no_window_is_used_has_no_row_and_the_caption_says_so(tmp_path, monkeypatch):
    found = attribution("time_s")
    found.values[1] = np.nan
    taken = {}
    original = attribution_figures.topomap
    monkeypatch.setattr(
        attribution_figures, "topomap", lambda maps, **named: taken.update(named) or original(maps, **named)
    )
    assert "m_scalp.png" in drawn(tmp_path, found)
    assert taken["rows"] == ("left",)
    assert "Without windows: right." in taken["caption"]


def test_samples_that_the_network_does_not_use_leave_a_map(tmp_path):
    found = attribution("time_s")
    found.values[:, :, 60:] = np.nan
    assert "m_scalp.png" in drawn(tmp_path, found)
    np.testing.assert_allclose(
        attribution_figures.mean_over_time(found.values)[..., 0], found.values[..., :60].mean(axis=-1)
    )


@pytest.mark.parametrize("axis", ["frequency_hz", "time_s", "band"])
def test_scalp_maps_of_a_quantity_that_cannot_be_negative_have_a_scale_from_zero(tmp_path, monkeypatch, axis):
    taken = []
    original = attribution_figures.topomap
    monkeypatch.setattr(
        attribution_figures,
        "topomap",
        lambda maps, **named: taken.append((maps, named["beside"])) or original(maps, **named),
    )
    assert "m_scalp.png" in drawn(tmp_path, replace(attribution(axis), is_signed=False))
    assert len(taken) == (2 if axis == "band" else 1)
    for maps, data in taken:
        assert not maps.is_signed
        assert data is None or data.is_signed  # differences between classes


def test_bands_and_whole_channels_are_drawn_apart_each_with_its_own_colours(tmp_path, monkeypatch):
    found = attribution("band")
    found.values[..., 1] *= 100
    heats, scalps = [], []
    heat, scalp = attribution_figures.channel_heatmap, attribution_figures.topomap
    monkeypatch.setattr(
        attribution_figures, "channel_heatmap", lambda one, **named: heats.append((one, named)) or heat(one, **named)
    )
    monkeypatch.setattr(
        attribution_figures, "topomap", lambda maps, **named: scalps.append((maps, named)) or scalp(maps, **named)
    )
    drawn(tmp_path, found)
    assert [(named["title"], one.places) for one, named in heats] == [
        ("T", ("slow 1–4 Hz",)),
        ("T, whole channels", ("all frequencies",)),
    ]
    assert [named["columns"] for _, named in scalps] == [("slow 1–4 Hz",), ("all frequencies",)]
    for drawings in (heats, scalps):
        bands, whole = (np.abs(one.values).max() for one, _ in drawings)
        assert (bands, whole) == (np.abs(found.values[..., 0]).max(), np.abs(found.values[..., 1]).max())


def test_a_band_that_filters_remove_has_no_map_of_the_data(tmp_path, monkeypatch):
    taken = {}
    original = attribution_figures.topomap
    monkeypatch.setattr(
        attribution_figures,
        "topomap",
        lambda maps, **named: taken.update({named["columns"]: named["beside"]}) or original(maps, **named),
    )
    filtered = replace(scene(), passed_hz=(8.0, 13.0))  # the map is of 1 to 4 Hz and of whole channels
    difference = np.ones((2, 6, len(filtered.frequencies)))
    album = Album(tmp_path, ("png",))
    plot_attribution(attribution("band"), difference, filtered, bands_hz=BANDS, title="T", stem="m", album=album)
    album.raise_failed()
    assert taken[("slow 1–4 Hz",)] is None
    np.testing.assert_allclose(taken[("all frequencies",)].values, 1)
