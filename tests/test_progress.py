"""Number of cores that a process counts as available, and progress where there is no terminal."""

import pytest
from rich.console import Console

from eegbench import progress
from eegbench.progress import bar, byte_bar, limit_cores, n_cores


def test_a_limit_of_cores_holds_until_it_is_taken_away():
    there = n_cores()
    limit_cores(1)
    try:
        assert n_cores() == 1
        limit_cores(there + 5)
        assert n_cores() == there
    finally:
        limit_cores(None)
    assert n_cores() == there


def test_without_a_terminal_lines_say_how_far_the_work_is(monkeypatch, capsys):
    monkeypatch.setattr(progress, "PLAIN_EVERY_S", 0.0)
    with bar("preprocessing", 3) as advance:
        advance("night 1")
        advance("")
    with byte_bar("downloading a.edf", None) as add:
        add(2048)
    assert capsys.readouterr().err.splitlines() == [
        "preprocessing: 1 of 3 (night 1)",
        "preprocessing: 2 of 3",
        "downloading a.edf: 2,048 bytes",
    ]


def test_short_work_without_a_terminal_is_silent(capsys):
    with bar("preprocessing", 1) as advance:
        advance("night 1")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("is_jupyter", [False, True])
def test_without_a_terminal_or_widgets_of_jupyter_no_bar_is_drawn_and_nothing_warns(is_jupyter, monkeypatch, capsys):
    monkeypatch.setattr(progress, "console", Console(stderr=True, force_jupyter=is_jupyter))
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    with bar("work", 2) as advance:
        advance("first")
    assert capsys.readouterr() == ("", "")
