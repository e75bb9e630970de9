"""Maps of several runs: their mean, the error over runs, how alike they are, and what has no mean."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from forms import group_of
from report.test_attribution_figures import CHANNELS, PLACES, attribution

from eegbench.atomic import write_json, write_parquet
from eegbench.interpretability.stored_map import map_facts, stored_map
from eegbench.report.album import Album
from eegbench.report.group_maps import print_group_maps, shared_methods, write_group_maps

GROUP = group_of(CHANNELS, 50.0, 100, PLACES)
SHAPE = (2, 6, 51)


def run(folder, found, method="saliency", **facts):
    """Write a map as a run has it."""
    place = folder / "tables" / "interpretability"
    place.mkdir(parents=True, exist_ok=True)
    write_parquet(place / f"{method}.parquet", found.table())
    known = {"split": "test", "options": {}, "explain": {"bands_hz": [["slow", 1.0, 4.0]]}, "deletion": 0.5}
    write_json(place / f"{method}.json", known | facts | {"map": map_facts(found, GROUP)})
    difference = attribution()
    write_parquet(place / "class_difference.parquet", difference.table())
    return folder


@pytest.mark.parametrize("axis", ["frequency_hz", "time_s", "band"])
def test_a_map_is_read_as_it_was_written(axis):
    found = attribution(axis)
    again = stored_map(found.table(), map_facts(found, GROUP))
    np.testing.assert_array_equal(again.attribution.values, found.values)
    assert list(again.attribution.places) == list(found.places)
    assert (again.attribution.outputs, again.attribution.channels) == (found.outputs, found.channels)
    np.testing.assert_array_equal(again.group.positions, GROUP.positions)
    if found.bands_hz is not None:
        np.testing.assert_array_equal(again.attribution.bands_hz, found.bands_hz)


def test_the_mean_has_the_standard_error_over_runs(tmp_path):
    values = np.random.default_rng(1).standard_normal((3, *SHAPE))
    values[0, 0, 0, 0] = np.nan  # one run has no number there
    folders = [run(tmp_path / str(i), replace(attribution(), values=v), deletion=0.1 * i) for i, v in enumerate(values)]
    table = write_group_maps(folders, "interpretability", ["saliency"], Album(tmp_path / "all", ("png",)))
    found = pd.read_parquet(tmp_path / "all" / "tables" / "interpretability" / "saliency.parquet")
    np.testing.assert_allclose(found["value"].to_numpy().reshape(SHAPE), np.nanmean(values, axis=0))
    error = found["standard_error"].to_numpy().reshape(SHAPE)
    np.testing.assert_allclose(error[1], values[:, 1].std(0, ddof=1) / np.sqrt(3))
    np.testing.assert_allclose(error[0, 0, 0], values[1:, 0, 0, 0].std(ddof=1) / np.sqrt(2))
    assert table.loc[0, "deletion"] == pytest.approx(0.1)
    assert {path.name for path in (tmp_path / "all" / "figures" / "interpretability").iterdir()} == {
        "saliency_map.png",
        "saliency_scalp.png",
        "saliency.html",
    }


def test_maps_that_agree_are_alike_and_maps_of_noise_are_not(tmp_path, capsys):
    rng = np.random.default_rng(2)
    common = rng.standard_normal(SHAPE)
    alike = {"agree": [common + 0.1 * rng.standard_normal(SHAPE) for _ in range(4)]}
    alike["noise"] = [rng.standard_normal(SHAPE) for _ in range(4)]
    folders = [tmp_path / str(i) for i in range(4)]
    for method, values in alike.items():
        for folder, one in zip(folders, values, strict=True):
            run(folder, replace(attribution(), values=one), method)
    table = write_group_maps(folders, "interpretability", list(alike), Album(tmp_path / "all", ()))
    similarity = table.set_index("method")["similarity"]
    assert similarity["agree"] > 0.95
    assert abs(similarity["noise"]) < 0.1
    print_group_maps(table)
    assert (
        "agree: mean over 4 runs; rank correlation of a run's map with the others' mean 0.99" in capsys.readouterr().out
    )


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
        write_group_maps(folders, "interpretability", ["saliency"], Album(tmp_path / "all", ()))
