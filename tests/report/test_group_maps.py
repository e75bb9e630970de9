"""Maps of several runs: their mean, the error over runs, how alike they are, and what has no mean."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forms import group_of
from report.test_attribution_figures import CHANNELS, PLACES, attribution

from eegbench.atomic import write_arrays, write_json, write_parquet
from eegbench.interpretability.stored_map import map_facts, stored_map
from eegbench.interpretability.subject_maps import SubjectMaps
from eegbench.report.album import Album
from eegbench.report.group_maps import RunGroup, print_group_maps, shared_methods, write_group_map
from eegbench.types import EVERY_HZ

GROUP = group_of(CHANNELS, 50.0, 100, PLACES)
SHAPE = (2, 6, 51)


def run(folder, found, method="saliency", *, group=GROUP, passed_hz=EVERY_HZ, **facts):
    """Write a map as a run has it."""
    place = folder / "tables" / "interpretability"
    place.mkdir(parents=True, exist_ok=True)
    write_parquet(place / f"{method}.parquet", found.table())
    known = {"split": "test", "options": {}, "explain": {"bands_hz": [["slow", 1.0, 4.0]]}, "deletion": 0.5}
    write_json(place / f"{method}.json", known | facts | {"map": map_facts(found, group, passed_hz)})
    difference = attribution() if found.axis != "frequency_hz" else found
    write_parquet(place / "class_difference.parquet", difference.table())
    return folder


def group_of_runs(folders) -> RunGroup:
    return RunGroup("", tuple(folders), tuple(range(len(folders))))


@pytest.mark.parametrize("axis", ["frequency_hz", "time_s", "band"])
def test_a_map_is_read_as_it_was_written(axis):
    found = replace(attribution(axis), is_signed=False)
    again = stored_map(found.table(), map_facts(found, GROUP, (0.5, np.inf)))
    assert again.passed_hz == (0.5, np.inf)
    np.testing.assert_array_equal(again.attribution.values, found.values)
    assert list(again.attribution.places) == list(found.places)
    assert (again.attribution.outputs, again.attribution.channels) == (found.outputs, found.channels)
    np.testing.assert_array_equal(again.group.positions, GROUP.positions)
    assert again.attribution.is_signed is False
    assert (found.bands_hz is not None) == (axis == "band")
    if found.bands_hz is not None:
        np.testing.assert_array_equal(again.attribution.bands_hz, found.bands_hz)


@pytest.mark.slow
def test_the_mean_has_the_standard_error_over_runs(tmp_path):
    values = np.random.default_rng(1).standard_normal((3, *SHAPE))
    values[0, 0, 0, 0] = np.nan  # one run has no number there
    folders = [run(tmp_path / str(i), replace(attribution(), values=v), deletion=0.1 * i) for i, v in enumerate(values)]
    made = write_group_map(group_of_runs(folders), "interpretability", "saliency", Album(tmp_path / "all", ("png",)))
    found = pd.read_parquet(tmp_path / "all" / "tables" / "interpretability" / "saliency.parquet")
    np.testing.assert_allclose(found["value"].to_numpy().reshape(SHAPE), np.nanmean(values, axis=0))
    error = found["standard_error"].to_numpy().reshape(SHAPE)
    np.testing.assert_allclose(error[1], values[:, 1].std(0, ddof=1) / np.sqrt(3))
    np.testing.assert_allclose(error[0, 0, 0], values[1:, 0, 0, 0].std(ddof=1) / np.sqrt(2))
    assert made.row["deletion"] == pytest.approx(0.1)
    assert (made.row["n_runs"], made.row["n_seeds"], made.row["n_subjects"]) == (3, 3, 0)
    assert made.attribution.used == "Mean over 3 runs with 3 seeds."
    assert {path.name for path in (tmp_path / "all" / "figures" / "interpretability").iterdir()} == {
        "saliency_map.png",
        "saliency_scalp.png",
        "saliency_spread.png",
        "saliency.html",
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("passed_hz", "highest", "told"),
    [
        (EVERY_HZ, 24.75, ""),
        ((3.3, np.inf), 24.75, "the pass band, 3.3 to 25 Hz."),
        ((3.3, 9.9), 9.4, "3.3 to 9.9 Hz."),
    ],
)
def test_captions_name_the_pass_band_and_not_the_last_frequency_of_windows_of_an_odd_length(
    tmp_path, passed_hz, highest, told
):
    group = group_of(CHANNELS, 50.0, 101, PLACES)  # whose highest frequency is 24.75 Hz
    freqs = np.fft.rfftfreq(101, 0.02)
    places = freqs[(freqs >= passed_hz[0]) & (freqs <= passed_hz[1])]
    assert places[-1] == pytest.approx(highest, abs=0.01)
    found = replace(attribution(), values=np.random.default_rng(5).random((2, 6, len(places))), places=places)
    folders = [run(tmp_path / str(i), found, group=group, passed_hz=passed_hz) for i in range(2)]
    write_group_map(group_of_runs(folders), "interpretability", "saliency", Album(tmp_path / "all", ("png",)))
    page = (tmp_path / "all" / "figures" / "interpretability" / "saliency.html").read_text()
    assert told in page if told else "pass band" not in page


def test_maps_that_agree_are_alike_and_maps_of_noise_are_not(tmp_path, capsys):
    rng = np.random.default_rng(2)
    common = rng.standard_normal(SHAPE)
    alike = {"agree": [common + 0.1 * rng.standard_normal(SHAPE) for _ in range(4)]}
    alike["noise"] = [rng.standard_normal(SHAPE) for _ in range(4)]
    folders = [tmp_path / str(i) for i in range(4)]
    for method, values in alike.items():
        for folder, one in zip(folders, values, strict=True):
            run(folder, replace(attribution(), values=one), method)
    album = Album(tmp_path / "all", ())
    made = [write_group_map(group_of_runs(folders), "interpretability", method, album).row for method in alike]
    table = pd.DataFrame(made)
    similarity = table.set_index("method")["similarity"]
    assert similarity["agree"] > 0.95
    assert abs(similarity["noise"]) < 0.1
    print_group_maps(table)
    assert (
        "agree: mean over 4 runs (4 seeds); rank correlation of a run's map with the others' mean 0.99"
        in capsys.readouterr().out
    )


def test_differences_in_the_data_are_those_of_the_group_of_signals(tmp_path):
    folders = [run(tmp_path / str(i), replace(attribution(), values=np.full(SHAPE, float(i)))) for i in range(2)]
    for folder in folders:
        place = folder / "tables" / "interpretability"
        for name in ("saliency.json", "saliency.parquet", "class_difference.parquet"):
            stem, _, end = name.partition(".")
            (place / name).rename(place / f"{stem}_eog.{end}")
    album = Album(tmp_path / "all", ())
    made = write_group_map(group_of_runs(folders), "interpretability", "saliency_eog", album, suffix="_eog")
    np.testing.assert_array_equal(made.difference.values, np.full(SHAPE, 0.5))
    np.testing.assert_allclose(made.difference.freqs, np.fft.rfftfreq(100, 0.02))
    assert made.row["similarity"] == 0  # of constant maps
    assert (tmp_path / "all" / "tables" / "interpretability" / "saliency_eog.parquet").is_file()


def test_methods_that_all_runs_have_are_averaged(tmp_path):
    one, two = run(tmp_path / "1", attribution()), run(tmp_path / "2", attribution())
    run(one, attribution(), "occlusion")
    assert shared_methods([one, two], "interpretability") == ["saliency"]


def test_maps_of_other_channels_have_no_mean(tmp_path):
    other = attribution(channels=("Fz", "Cz", "Pz", "Oz", "C3", "T8"))
    folders = [run(tmp_path / "1", attribution()), run(tmp_path / "2", other)]
    with pytest.raises(
        ValueError, match=r"maps of saliency in .*1 and .*2 differ in their channels, so they have no mean"
    ):
        write_group_map(group_of_runs(folders), "interpretability", "saliency", Album(tmp_path / "all", ()))


def test_maps_of_other_settings_have_no_mean(tmp_path):
    folders = [
        run(tmp_path / "1", attribution()),
        run(tmp_path / "2", replace(attribution(), setting="correct windows")),
    ]
    with pytest.raises(ValueError, match="differ in their setting, so they have no mean"):
        write_group_map(group_of_runs(folders), "interpretability", "saliency", Album(tmp_path / "all", ()))


@pytest.mark.slow
def test_subjects_are_averaged_within_a_run_first_and_their_spread_is_kept_and_drawn(tmp_path):
    rng = np.random.default_rng(3)
    names = [("a", "b", "c"), ("b", "d")]
    maps = [rng.standard_normal((len(one), *SHAPE)) for one in names]
    folders = [run(tmp_path / str(i), attribution()) for i in range(2)]  # whose means over windows are others
    for folder, of_run, values in zip(folders, names, maps, strict=True):
        arrays = SubjectMaps(of_run, values, np.full(len(of_run), 6)).arrays()
        write_arrays(folder / "tables" / "interpretability" / "saliency_subjects.npz", arrays)
    group = RunGroup("band/alpha", tuple(folders), (7, 7))
    made = write_group_map(group, "interpretability", "saliency", Album(tmp_path / "all", ("png",)))
    of_runs = np.stack([one.mean(0) for one in maps])
    np.testing.assert_allclose(made.attribution.values, of_runs.mean(0), atol=1e-6)
    place = tmp_path / "all" / "tables" / "interpretability" / "band_alpha"
    spread = pd.read_parquet(place / "saliency_spread.parquet")
    of_subjects = np.stack([maps[0][0], (maps[0][1] + maps[1][0]) / 2, maps[0][2], maps[1][1]])
    np.testing.assert_allclose(spread["between_runs"], of_runs.std(0, ddof=1).ravel(), atol=1e-6)
    np.testing.assert_allclose(spread["between_subjects"], of_subjects.std(0, ddof=1).ravel(), atol=1e-6)
    assert (made.row["n_seeds"], made.row["n_subjects"], made.row["group"]) == (1, 4, "band/alpha")
    told = "Mean over 2 runs with 1 seed, in each run over its subjects (4 in all, 30 windows)."
    assert made.attribution.used == told
    page = (tmp_path / "all" / "figures" / "interpretability" / "band_alpha" / "saliency.html").read_text()
    assert told in page
    assert (tmp_path / "all" / "figures" / "interpretability" / "band_alpha" / "saliency_spread.png").is_file()
