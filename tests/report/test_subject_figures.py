"""The maps of subjects: what is kept, which are drawn, and what the caption says of the others."""

from dataclasses import replace

import numpy as np
import pytest
from report.test_attribution_figures import BANDS, CHANNELS, PLACES, attribution, scene

from eegbench.figure import Maps
from eegbench.interpretability.subject_maps import SubjectMaps, stored_subject_maps
from eegbench.report import subject_figures
from eegbench.report.album import Album
from eegbench.report.subject_figures import by_place, plot_subjects


def with_subjects(axis="time_s", n=3, **changes):
    found = attribution(axis, **changes)
    values = np.random.default_rng(1).standard_normal((n, *found.values.shape))
    names = tuple(f"s{i}" for i in range(n))
    return replace(found, by_subject=SubjectMaps(names, values, np.arange(n) + 5))


def plot(tmp_path, found, of=None, monkeypatch=None):
    """Draw, and return what `topomap` takes for the first figure; further ones are below ``others``."""
    figures = []

    def topomap(maps: Maps, **named):
        figures.append(named | {"maps": maps})
        return original(maps, **named)

    original = subject_figures.topomap
    monkeypatch.setattr(subject_figures, "topomap", topomap)
    album = Album(tmp_path, ("png",))
    plot_subjects(found, of or scene(), bands_hz=tuple(BANDS), title="T", stem="m", album=album)
    album.raise_failed()
    return figures[0] | {"others": figures[1:]} if figures else {}


def test_maps_of_subjects_are_read_as_they_were_written(tmp_path, monkeypatch):
    found = with_subjects().by_subject
    plot(tmp_path, with_subjects(), monkeypatch=monkeypatch)
    with np.load(tmp_path / "tables" / "m_subjects.npz", allow_pickle=False) as arrays:
        again = stored_subject_maps(arrays)
    assert again.subjects == found.subjects
    np.testing.assert_allclose(again.values, found.values, rtol=1e-6)
    np.testing.assert_array_equal(again.n_windows, found.n_windows)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("axis", "columns"),
    [
        ("time_s", ["left", "right"]),
        ("band", ["left\nslow 1–4 Hz", "right\nslow 1–4 Hz"]),
        ("frequency_hz", [f"{k}\n{band}" for k in ("left", "right") for band in ("slow 1–4 Hz", "fast 8–13 Hz")]),
    ],
)
def test_a_row_is_a_subject_and_a_column_a_class_and_band(tmp_path, monkeypatch, axis, columns):
    found = with_subjects(axis)
    taken = plot(tmp_path, found, monkeypatch=monkeypatch)
    assert taken["rows"] == ("s0 (5)", "s1 (6)", "s2 (7)")
    assert list(taken["columns"]) == columns
    _, values = by_place(found, found.by_subject.values, tuple(BANDS))
    n = len(columns) // 2
    np.testing.assert_allclose(taken["maps"].values[1, n], values[1, 1, :, 0])  # the first of the second class
    assert (tmp_path / "figures" / "m_subjects.png").is_file()


def test_whole_channels_have_a_figure_of_their_own(tmp_path, monkeypatch):
    found = with_subjects("band")
    (whole,) = plot(tmp_path, found, monkeypatch=monkeypatch)["others"]
    assert (whole["title"], whole["columns"]) == (
        "T, whole channels, subject by subject",
        ("left\nall frequencies", "right\nall frequencies"),
    )
    np.testing.assert_allclose(whole["maps"].values[1, 1], found.by_subject.values[1, 1, :, 1])
    assert (tmp_path / "figures" / "m_all_subjects.png").is_file()


def test_samples_that_the_network_does_not_use_have_no_part_in_the_mean_over_time():
    found = with_subjects()
    values = found.by_subject.values.copy()
    values[..., 60:] = np.nan
    _, mean = by_place(found, values, ())
    np.testing.assert_allclose(mean[..., 0], values[..., :60].mean(-1))


def test_subjects_without_a_window_of_a_class_are_kept_and_not_drawn(tmp_path, monkeypatch):
    found = with_subjects()
    found.by_subject.values[1, 0] = np.nan
    found = replace(found, used="9 of 18 windows are used.", is_signed=False)
    taken = plot(tmp_path, found, monkeypatch=monkeypatch)
    assert not taken["maps"].is_signed
    assert taken["rows"] == ("s0 (5)", "s2 (7)")
    assert "2 of 3 subjects are shown: the first that have windows of every class" in taken["caption"]
    assert "9 of 18 windows are used. " in taken["caption"]
    assert taken["caption"].endswith("All maps are in m_subjects.npz.")


def test_a_class_without_a_window_has_no_column(tmp_path, monkeypatch):
    found = with_subjects()
    found.by_subject.values[:, 0] = np.nan
    assert plot(tmp_path, found, monkeypatch=monkeypatch)["columns"] == ("right",)


def test_many_subjects_and_columns_are_cut_and_the_caption_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(subject_figures, "MOST_SUBJECTS", 2)
    monkeypatch.setattr(subject_figures, "MOST_COLUMNS", 3)
    taken = plot(tmp_path, with_subjects("frequency_hz", n=4), monkeypatch=monkeypatch)
    assert (len(taken["rows"]), len(taken["columns"])) == (2, 3)
    assert "2 of 4 subjects are shown" in taken["caption"]
    assert "3 of 4 columns are shown" in taken["caption"]


def test_electrodes_without_places_leave_the_arrays(tmp_path, monkeypatch):
    taken = plot(tmp_path, with_subjects(), scene(np.full_like(PLACES, np.nan)), monkeypatch=monkeypatch)
    assert not taken
    assert (tmp_path / "tables" / "m_subjects.npz").is_file()
    assert len(CHANNELS) == 6


def test_a_method_without_maps_of_subjects_leaves_nothing(tmp_path, monkeypatch):
    assert not plot(tmp_path, attribution("time_s"), monkeypatch=monkeypatch)
    assert not (tmp_path / "tables").exists()
