"""Runs are named one by one, by a pattern, or by the folder of a sweep."""

import pytest

from eegbench.launch.run_list import check_finished, runs_named


@pytest.fixture
def sweep(tmp_path):
    """A sweep of twelve runs, of which number 3 is not finished."""
    for number in range(12):
        folder = tmp_path / "sweep" / str(number)
        folder.mkdir(parents=True)
        (folder / "config.yaml").touch()
        if number != 3:
            (folder / "summary.json").touch()
    return tmp_path / "sweep"


def test_a_folder_and_a_list_are_taken_as_they_stand(tmp_path):
    assert runs_named("a/b") == [type(tmp_path)("a/b")]
    assert [str(run) for run in runs_named("[b, a,'c',a]")] == ["b", "a", "c"]


def test_a_sweep_means_its_finished_runs_in_order_of_their_numbers(sweep):
    assert [run.name for run in runs_named(str(sweep))] == [str(i) for i in range(12) if i != 3]


def test_a_pattern_means_what_fits_it(sweep):
    assert [run.name for run in runs_named(f"{sweep}/1*")] == ["1", "10", "11"]
    with pytest.raises(FileNotFoundError, match="this pattern matches no folder of a run"):
        runs_named(f"{sweep}/x*")


def test_what_is_no_finished_run_is_refused(sweep):
    check_finished(sweep / "2")
    with pytest.raises(ValueError, match=r"this run is not finished; finish it with: eegbench train resume="):
        check_finished(sweep / "3")
    with pytest.raises(FileNotFoundError, match="there is no run in this folder"):
        check_finished(sweep)
