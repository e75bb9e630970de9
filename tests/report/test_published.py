"""Published scores next to those of a run."""

import math

import pytest

from eegbench.report.console import print_published

PUBLISHED = {"valid/network/accuracy": "0.7922", "test/linear/accuracy": "0.81"}


@pytest.mark.parametrize("lacking", [{}, {"test/linear/accuracy": math.nan}])
def test_a_score_that_the_run_lacks_is_a_dash_with_a_reason(lacking, capsys):
    print_published(PUBLISHED, {"valid/network/accuracy": 0.75} | lacking, "eegbci")
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].split() == ["valid/network/accuracy", "0.75", "0.7922"]
    assert lines[4].split() == ["test/linear/accuracy", "–", "0.81"]
    assert (
        lines[5] == "–: this run has no such score; other probes, no subjects in valid, or subjects in several splits"
    )


def test_no_reason_is_given_if_all_scores_are_there(capsys):
    print_published(PUBLISHED, dict.fromkeys(PUBLISHED, 0.5), "eegbci")
    assert "no such score" not in capsys.readouterr().out
    print_published(None, {}, "eegbci")
    assert not capsys.readouterr().out
