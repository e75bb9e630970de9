"""Pretext scores are compared with probe scores within a task, where it has enough runs."""

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from eegbench.comparison.files import captions, points_of, write_all
from eegbench.comparison.groups import group_runs
from eegbench.comparison.notes import notes
from eegbench.comparison.page import Report
from eegbench.comparison.pretext_scores import compared_scores, pretext_points, pretext_score, sweep_scores
from eegbench.comparison.tables import Question, compare_groups
from eegbench.environment import versions
from eegbench.report.album import Album
from eegbench.report.pretext_scores import add_pretext_scores

QUESTION = Question(("trainer.lr",), "balanced_accuracy", "pooled", "test", None)
PRETEXT = {"valid/pretext/accuracy": 0.6, "run/best_valid_loss": 0.5, "valid/linear/balanced_accuracy": 0.7}
NAMES = {"task": "cpc", "run": "a", "probe": "linear", "metric": "balanced_accuracy"}


def metrics_of(i, order=(0, 2, 1, 4, 3, 5)):
    return PRETEXT | {"valid/pretext/accuracy": 0.5 + i / 50, "valid/linear/balanced_accuracy": 0.4 + order[i] / 20}


def compared(make_run, n):
    made = [make_run(trainer__lr=0.1 * i, tags={"task": "cpc"}, on_valid=metrics_of(i)) for i in range(n)]
    return compare_groups(group_runs(made, QUESTION.by), QUESTION)


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (PRETEXT, ("accuracy", 0.6, 0.7)),
        ({name: value for name, value in PRETEXT.items() if "pretext" not in name}, ("loss", 0.5, 0.7)),
        (
            {name.replace("valid/", "valid (within subject)/"): value for name, value in PRETEXT.items()},
            ("loss", 0.5, 0.7),
        ),
        (PRETEXT | {"valid/training/accuracy": 0.9}, None),
        (PRETEXT | {"valid/linear/balanced_accuracy": None}, None),
        ({}, None),
    ],
)
def test_scores_are_the_first_metric_of_the_task_or_its_loss_and_that_of_the_probe(metrics, expected):
    found = pretext_score(metrics, **NAMES)
    assert (found and (found.pretext_metric, found.pretext, found.downstream)) == expected


def test_fewer_than_five_runs_of_a_task_have_no_figure(make_run, tmp_path):
    comparison = compared(make_run, 4)
    assert pretext_points(compared_scores(comparison)) is None
    assert "pretext_scores" not in captions(comparison, points_of(comparison))


@pytest.mark.slow
def test_a_comparison_writes_the_scores_of_each_run_and_their_correlation(make_run, tmp_path):
    comparison = compared(make_run, 6)
    points = points_of(comparison)
    report = Report(
        comparison, notes(comparison, Counter()), "eegbench compare", versions(), captions(comparison, points)
    )
    write_all(report, points, tmp_path)
    points = pd.read_csv(tmp_path / "pretext_scores.csv")
    assert list(points["task"].unique()) == ["cpc"]
    np.testing.assert_allclose(sorted(points["pretext"]), [0.5 + i / 50 for i in range(6)])
    table = pd.read_csv(tmp_path / "pretext_correlations.csv")
    assert table.loc[0, "spearman"] == pytest.approx(1 - 6 * 4 / (6 * 35))
    assert table.loc[0, "n_runs"] == 6
    assert (tmp_path / "figures" / "pretext_scores.png").is_file()
    assert "cpc: ρ = +0.89 [" in report.captions["pretext_scores"]
    assert "pretext_scores" in (tmp_path / "comparison.md").read_text()


def test_the_end_of_a_sweep_reads_each_seed_and_passes_over_pruned_trials(tmp_path, capsys):
    folders = [*(f"{i}" for i in range(4)), "4/seed_0", "4/seed_1"]
    for i, name in enumerate(folders):
        summary = {"main_probe": "linear", "metrics": metrics_of(i), "tracked": {"tags": {"task": "cpc"}}}
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "summary.json").write_text(json.dumps(summary))
    (tmp_path / "5").mkdir()
    (tmp_path / "5" / "summary.json").write_text(json.dumps({"pruned": {"pass": 1, "value": 0.3}}))
    assert [one.run for one in sweep_scores(tmp_path, "balanced_accuracy")] == folders
    album = Album(tmp_path / "sweep", ("png",))
    add_pretext_scores(tmp_path, album)
    album.raise_failed()
    assert "cpc                      ρ = +0.89 [" in capsys.readouterr().out
    assert len(pd.read_csv(tmp_path / "sweep" / "tables" / "pretext_scores.csv")) == 6
    assert (tmp_path / "sweep" / "figures" / "pretext_scores.png").is_file()
