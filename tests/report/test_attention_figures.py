"""Outputs of attention maps: figures, a self-contained page, and the maps of all windows."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forms import group_of
from interpretability import test_attention_rollout
from interpretability.scenes import scene_of
from matplotlib.figure import Figure

from eegbench.interpretability.attention_rollout import AttentionRollout
from eegbench.report import attention_figures
from eegbench.report.album import Album
from eegbench.report.attention_figures import plot_attention, plot_mean_attention

PLACES = np.array([[0, 0.08, 0.05], [0.07, 0, 0.06], [-0.07, 0, 0.06], [0, -0.08, 0.05]])
NAMES = ("Fz", "C4", "C3", "</script>")


@pytest.fixture
def found(monkeypatch):
    monkeypatch.setattr(test_attention_rollout, "N_CHANNELS", 4)
    network = test_attention_rollout.Classifier(channels=NAMES)
    scene = scene_of(network, test_attention_rollout.x_of())
    scene = replace(scene, group=group_of(NAMES, 16.0, 18, PLACES))
    return AttentionRollout(**test_attention_rollout.OPTIONS).explain(scene, np.random.default_rng(0)), scene


@pytest.mark.slow
def test_figures_numbers_and_the_page_are_there(found, tmp_path):
    plot_attention(*found, title="T", stem="a", album=Album(tmp_path, ("png",)))
    figures = {path.name for path in (tmp_path / "figures").iterdir()}
    assert figures == {"a_matrix.png", "a_3d.png", "a_3d.html", "a_difference.png"}
    with np.load(tmp_path / "tables" / "a_windows.npz", allow_pickle=False) as arrays:
        assert arrays["by_window"].shape == (12, 8)
        assert arrays["matrices"].shape == (2, 9, 9)
        assert arrays["condition"].tolist() == ["class 0", "class 1"] * 6
        for name in ("label", "predicted", "confidence", "used"):
            assert arrays[name].tolist() == found[0].windows[name].tolist()
    assert "All pairs of channels of each class." in (tmp_path / "figures" / "a_3d.html").read_text()
    tokens = json.loads((tmp_path / "tables" / "a_tokens.json").read_text())["tokens"]
    assert [token["channel"] for token in tokens[:4]] == [None, "Fz", "Fz", "C4"]
    windows = pd.read_csv(tmp_path / "tables" / "a_windows.csv")
    assert list(windows) == ["label", "predicted", "confidence", "used", "condition"]
    assert windows["condition"].tolist() == ["class 0", "class 1"] * 6


@pytest.mark.slow
def test_names_cannot_break_out_of_the_page(found, tmp_path):
    plot_attention(*found, title="<b>T", stem="a", album=Album(tmp_path, ("png",)))
    page = (tmp_path / "figures" / "a_3d.html").read_text()
    assert "<b>T" not in page
    assert page.count("</script>") == page.count("<script")


@pytest.mark.parametrize(
    ("n_channels", "told"),
    [(10, "All pairs of channels of each class."), (11, "The 100 strongest pairs of channels of each class.")],
)
def test_captions_say_how_many_pairs_are_drawn(n_channels, told, tmp_path, monkeypatch):
    captions = []
    monkeypatch.setattr(attention_figures, "attention_views", lambda *_, **named: captions.append(named["caption"]))
    names, angles = tuple(f"E{i}" for i in range(n_channels)), np.arange(n_channels)
    group = group_of(names, 16.0, 18, np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1) / 10)
    monkeypatch.setattr(test_attention_rollout, "N_CHANNELS", n_channels)
    of = scene_of(test_attention_rollout.Classifier(channels=names), test_attention_rollout.x_of())
    scene = replace(of, group=group)
    attention = AttentionRollout(**test_attention_rollout.OPTIONS).explain(scene, np.random.default_rng(0))
    plot_attention(attention, scene, title="T", stem="a", album=Album(tmp_path, ("png",)))
    assert [caption.startswith(told) for caption in captions] == [True]


def test_electrodes_without_places_leave_the_matrix(found, tmp_path):
    attention, scene = found
    nowhere = replace(scene, group=group_of(NAMES, 16.0, 18))
    plot_attention(attention, nowhere, title="T", stem="a", album=Album(tmp_path, ("png",)))
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"a_matrix.png"}


def test_what_is_drawn_is_relative_to_an_even_share(found):
    attention, _ = found
    np.testing.assert_allclose(attention.drawn.values[:, :, 0], attention.values[:, :, 0] * 8 - 1)
    assert attention.between_channels.shape == (2, 4, 4)
    grid = attention.tokens.of_signal
    expected = 9 * np.mean([attention.matrices[0, grid[1, i], grid[2, j]] for i in range(2) for j in range(2)])
    np.testing.assert_allclose(attention.between_channels[0, 1, 2], expected)
    np.testing.assert_allclose(attention.by_chunk[1, 3, 1], attention.by_window[1::2].mean(0)[7] * 8 - 1, rtol=1e-5)


@pytest.mark.slow
def test_runs_have_the_mean_of_what_goes_between_their_channels(found, tmp_path, monkeypatch):
    attention, scene = found
    other = replace(attention, matrices_over_even_share=attention.matrices_over_even_share**2)
    places = [tmp_path / name / "tables" for name in ("one", "other")]
    for one, place in zip((attention, other), places, strict=True):
        plot_attention(one, scene, title="T", stem="a", album=Album(place.parent, ()))
    taken = {}
    original = attention_figures.channel_matrix
    monkeypatch.setattr(
        attention_figures, "channel_matrix", lambda shown, **named: taken.update(shown) or original(shown, **named)
    )
    album = Album(tmp_path / "all", ("png",))
    mean = replace(attention.drawn, used="Mean over 2 runs.")
    plot_mean_attention(places, "a", mean, scene, title="T", stem="a", album=album)
    album.raise_failed()
    assert {path.name for path in (tmp_path / "all" / "figures").iterdir()} == {
        "a_matrix.png",
        "a_3d.png",
        "a_3d.html",
        "a_difference.png",
    }
    mean_of_runs = (attention.between_channels[1] + other.between_channels[1]) / 2
    expected = mean_of_runs[0, 2] / mean_of_runs[0, [1, 2, 3]].mean()  # without the channel itself
    np.testing.assert_allclose(taken["class 1"][0, 2], expected, rtol=1e-5)
    np.testing.assert_allclose(np.nanmean(taken["class 1"], axis=1), 1)
    assert np.isnan(taken["class 1"].diagonal()).all()
    assert "Mean over 2 runs." in (tmp_path / "all" / "figures" / "a_3d.html").read_text()


def test_runs_without_matrices_have_no_mean_of_them(found, tmp_path):
    attention, scene = found
    album = Album(tmp_path / "all", ("png",))
    plot_mean_attention([tmp_path], "a", attention.drawn, scene, title="T", stem="a", album=album)
    assert not (tmp_path / "all").exists()


def test_the_difference_has_no_remark_about_an_even_share(found, tmp_path, monkeypatch):
    attention, scene = found
    drawn = []
    monkeypatch.setattr(attention_figures, "_plot_between", lambda *_: None)
    monkeypatch.setattr(attention_figures, "topomap", lambda maps, **_: drawn.append(maps.measure) or Figure())
    plot_attention(attention, scene, title="T", stem="a", album=Album(tmp_path, ("png",)))
    assert drawn == ["difference of attention relative to an even share"]
