"""Runs are named one by one, by a pattern, or by the folder of a sweep."""

from pathlib import Path

import pytest

from eegbench.launch.run_list import asked_runs, check_finished, runs_named


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
    assert runs_named("a/b") == {Path("a/b"): True}
    assert list(runs_named("[b, a,'c']")) == [Path("b"), Path("a"), Path("c")]


@pytest.mark.parametrize("text", ["[b,a,b]", "[a,b,b/]", "[a,b,./b]"])
def test_a_run_that_is_named_twice_is_refused(text):
    with pytest.raises(ValueError, match=r"run=\[.*\]: .*b/? is named twice; name each run once"):
        runs_named(text)


@pytest.mark.parametrize("text", ["[]", "[ ]", "['']", "[,]"])
def test_a_list_without_a_run_is_refused(text):
    with pytest.raises(ValueError, match=r"expected at least one run; write run=outputs/runs/FOLDER"):
        asked_runs([f"run={text}"])


def test_a_sweep_means_its_finished_runs_in_order_of_their_numbers(sweep, capsys):
    runs = asked_runs([f"run={sweep}"])
    assert [run.name for run in runs] == [str(i) for i in range(12) if i != 3]
    assert not any(runs.values())
    assert f"warning: 1 of 12 runs not finished, and left out: {sweep / '3'}\n" in capsys.readouterr().err


def test_a_pattern_means_what_fits_it(sweep, capsys):
    assert list(runs_named(f"{sweep}/1*").items()) == [(sweep / name, False) for name in ("1", "10", "11")]
    assert list(asked_runs([f"run={sweep}/[23]*"])) == [sweep / "2"]
    assert f"1 of 2 runs not finished, and left out: {sweep / '3'}\n" in capsys.readouterr().err
    with pytest.raises(FileNotFoundError, match="this pattern matches no folder of a run"):
        runs_named(f"{sweep}/x*")


def test_a_pattern_of_unfinished_runs_alone_and_an_unfinished_run_that_is_named_are_refused(sweep):
    with pytest.raises(ValueError, match=r"no run is finished there \(.*3\); finish one with: eegbench train resume="):
        asked_runs([f"run={sweep}/3*"])
    with pytest.raises(ValueError, match="this run is not finished"):
        asked_runs([f"run=[{sweep}/*,{sweep}/3]"])


def test_a_run_that_a_pattern_contains_and_that_is_named_counts_once(sweep, monkeypatch):
    monkeypatch.chdir(sweep)
    found = runs_named(f"[{sweep}/1*,10]")
    assert [(run.name, is_named) for run, is_named in found.items()] == [("1", False), ("10", True), ("11", False)]


def test_what_is_no_finished_run_is_refused(sweep):
    check_finished(sweep / "2")
    with pytest.raises(ValueError, match=r"this run is not finished; finish it with: eegbench train resume="):
        check_finished(sweep / "3")
    with pytest.raises(FileNotFoundError, match="there is no run in this folder"):
        check_finished(sweep)
