"""The spread of maps, and groups of runs side by side: deviations are of means over bands or time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from report.test_attribution_figures import BANDS, PLACES, attribution, scene

from eegbench.interpretability.spread import spread_of_runs, spread_of_subjects
from eegbench.interpretability.subject_maps import SubjectMaps
from eegbench.report import spread_figures
from eegbench.report.album import Album
from eegbench.report.spread_figures import plot_side_by_side, plot_spread

RNG = np.random.default_rng(4)


@pytest.fixture
def taken(monkeypatch):
    """Arguments of the calls of `topomap`."""
    calls = {}

    def topomap(maps, **named):
        calls.update(named, maps=maps)
        return original(maps, **named)

    original = spread_figures.topomap
    monkeypatch.setattr(spread_figures, "topomap", topomap)
    return calls


def plot(tmp_path, spread, subjects, mean, of):
    album = Album(tmp_path, ("png",))
    plot_spread(spread, subjects, mean, of, bands_hz=tuple(BANDS), title="T", stem="m", album=album)
    album.raise_failed()


def test_the_deviation_is_that_of_means_over_time(tmp_path, taken):
    mean = attribution("time_s")
    maps = [RNG.standard_normal((3, *mean.values.shape)) for _ in range(2)]
    names = [("a", "b", "c"), ("d", "e", "f")]
    subjects = [SubjectMaps(of_run, one, np.full(3, 5)) for of_run, one in zip(names, maps, strict=True)]
    plot(tmp_path, spread_of_subjects(names, maps), subjects, mean, scene())
    assert taken["columns"] == ("2 runs", "6 subjects")
    assert not taken["maps"].is_signed
    over_time = np.concatenate(maps).mean(-1)
    np.testing.assert_allclose(taken["maps"].values[:, 1], over_time.std(0, ddof=1))
    of_runs = np.stack([one.mean(-1).mean(0) for one in maps])
    np.testing.assert_allclose(taken["maps"].values[:, 0], of_runs.std(0, ddof=1))
    assert list(pd.read_parquet(tmp_path / "tables" / "m_spread.parquet"))[-2:] == ["between_runs", "between_subjects"]


def test_without_subjects_runs_alone_are_drawn_and_one_run_has_no_spread(tmp_path, taken):
    mean = attribution()
    maps = RNG.standard_normal((3, *mean.values.shape))
    plot(tmp_path, spread_of_runs(list(maps)), [None] * 3, mean, scene())
    assert taken["columns"] == ("3 runs\nslow 1–4 Hz", "3 runs\nfast 8–13 Hz")
    plot(tmp_path / "one", spread_of_runs([maps[0]]), [None], mean, scene())
    assert not (tmp_path / "one").exists()


def test_electrodes_without_places_have_a_heat_map_of_the_spread(tmp_path, taken):
    mean = attribution()
    spread = spread_of_runs(list(RNG.standard_normal((3, *mean.values.shape))))
    plot(tmp_path, spread, [None] * 3, mean, scene(np.full_like(PLACES, np.nan)))
    assert not taken
    assert (tmp_path / "figures" / "m_spread.png").is_file()


def test_groups_stand_side_by_side(tmp_path, taken):
    means = {name: replace(attribution("time_s"), values=RNG.standard_normal((2, 6, 100))) for name in ("δ", "α")}
    album = Album(tmp_path, ("png",))
    plot_side_by_side(means, scene(), bands_hz=(), title="T", stem="all", album=album)
    assert taken["columns"] == ("δ", "α")
    np.testing.assert_allclose(taken["maps"].values[1, 1], means["α"].values[1].mean(-1))
    assert (tmp_path / "figures" / "all.png").is_file()


def test_bands_and_whole_channels_have_a_figure_each(tmp_path, taken):
    means = {name: replace(attribution("band"), values=RNG.standard_normal((2, 6, 2))) for name in ("δ", "α")}
    plot_side_by_side(means, scene(), bands_hz=(), title="T", stem="groups", album=Album(tmp_path, ("png",)))
    assert (taken["title"], taken["columns"]) == ("T, whole channels", ("δ\nall frequencies", "α\nall frequencies"))
    np.testing.assert_allclose(taken["maps"].values[1, 1], means["α"].values[1, :, 1])
    maps = RNG.standard_normal((3, 2, 6, 2))
    plot(tmp_path, spread_of_runs(list(maps)), [None] * 3, means["α"], scene())
    assert (taken["title"], taken["columns"]) == ("T, whole channels, spread", ("3 runs\nall frequencies",))
    np.testing.assert_allclose(taken["maps"].values[0, 0], maps[:, 0, :, 1].std(0, ddof=1))
    plot(tmp_path, spread_of_runs(list(maps)), [None] * 3, means["α"], scene(np.full_like(PLACES, np.nan)))
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    assert names == {f"{stem}.png" for stem in ("groups", "groups_all", "m_spread", "m_all_spread")}


def test_groups_of_other_channels_do_not_stand_side_by_side(tmp_path, taken):
    means = {"one": attribution("time_s"), "other": attribution("band")}
    plot_side_by_side(means, scene(), bands_hz=(), title="T", stem="all", album=Album(tmp_path, ("png",)))
    assert not taken
