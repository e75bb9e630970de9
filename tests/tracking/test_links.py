"""The two links of a sweep, as text and in a browser."""

import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from services.browser import Page, chromium, mlflow_pages, needs_browser

from eegbench.tracking import RunFacts
from eegbench.tracking.chart_view import MAX_VALUE, chart_view, view_link
from eegbench.tracking.links import MAX_COMPARED, chart_link, comparison_link
from eegbench.tracking.mlflow import Mlflow, MlflowRun

ADDRESS = "http://127.0.0.1:5000"
N_CHILDREN, N_PASSES = 5, 6
CURVES = ("probe_valid_balanced_accuracy", "valid_loss")


def query(link: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(link.split("?")[1], strict_parsing=True).items()}


def test_the_comparison_names_the_runs_and_their_experiment_as_json():
    link = comparison_link(ADDRESS, "3", ["a1", "b2"])
    assert link.startswith(f"{ADDRESS}/#/compare-runs?")
    asked = query(link)
    assert (json.loads(asked["runs"]), json.loads(asked["experiments"])) == (["a1", "b2"], ["3"])


def test_the_charts_are_of_a_parent_s_children_and_the_best_comes_first():
    asked = query(chart_link(ADDRESS, "3", parent_id="p", metric="valid/f1 N1", maximize=False))
    assert asked["searchFilter"] == "tags.`mlflow.parentRunId` = 'p'"
    assert (asked["orderByKey"], asked["orderByAsc"]) == ("metrics.`valid/f1 N1`", "true")
    assert asked["compareRunsMode"] == "CHART"


@pytest.mark.parametrize(
    "link",
    [
        comparison_link(ADDRESS, "3", ["a1", "b2"]),
        chart_link(ADDRESS, "3", parent_id="p", metric="valid/κ [a]", maximize=True),
        view_link(ADDRESS, "3", "p"),
    ],
)
def test_a_link_has_only_characters_that_terminals_and_messages_leave_alone(link):
    assert set(link) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/#?&=%.-_~")


def test_only_the_first_hundred_runs_are_compared():
    link = comparison_link(ADDRESS, "3", [str(number) for number in range(300)])
    assert json.loads(query(link)["runs"]) == [str(number) for number in range(MAX_COMPARED)]


def view(options: list[str], parent_id: str = "p") -> tuple[str, str]:
    return chart_view(
        "the sweep",
        parent_id=parent_id,
        objective="objective",
        maximize=True,
        curves=CURVES,
        options=options,
        scores=["test/linear/accuracy"],
        now_ms=time.time_ns() // 1_000_000,
    )


def test_the_table_of_a_view_shows_the_options_that_vary_and_scores():
    kept = json.loads(view(["choice/lr"])[1])
    assert json.loads(kept["state"])["selectedColumns"] == ["params.`choice/lr`", "metrics.`test/linear/accuracy`"]


def test_a_view_that_would_be_too_long_for_a_tag_leaves_out_the_last_options():
    names = [f"{number}.{'x' * 400}" for number in range(20)]
    key, value = view(names)
    cards = json.loads(json.loads(value)["state"])["compareRunCharts"]
    (shown,) = (card["selectedParams"] for card in cards if card["type"] == "PARALLEL")
    assert key == "mlflow.sharedViewState.p"
    assert len(value) <= MAX_VALUE
    assert 1 < len(shown) < 20
    assert shown == names[: len(shown)]


def child(tracker: Mlflow, parent: MlflowRun, number: int, folder: Path) -> MlflowRun:
    """Log a trial as a sweep does: the value reported to the study is the first metric of every pass."""
    options = {"trainer.lr": 10.0 ** -(number + 1), "model": ("chambon2018", "stager_net")[number % 2], "seed": 1}
    facts = RunFacts(
        "sleep", f"{number} lr=1e-{number + 1}", folder / f"trial-{number}", options, {"trial": str(number)}
    )
    run = tracker.start(facts)
    run.client.set_tag(run.run_id, "mlflow.parentRunId", parent.run_id)
    for pass_ in range(N_PASSES):
        score = 0.5 + 0.05 * number * (1 - math.exp(-pass_))
        values = {"objective": score, "probe_valid_balanced_accuracy": score, "valid_loss": 1 - score}
        run.log_pass(pass_, values)
    run.finish(metrics={"valid/linear/balanced_accuracy": score, "test/linear/balanced_accuracy": score}, model=None)
    return run


@pytest.fixture(scope="module")
def sweep(tmp_path_factory) -> tuple[Path, MlflowRun, list[MlflowRun]]:
    """A parent run and its children in a new store, and the view of the chart page."""
    folder = tmp_path_factory.mktemp("a sweep")
    tracker = Mlflow(uri=None, folder=str(folder), experiment=None, metrics="headline")
    parent = tracker.start(RunFacts("sleep", "the sweep", folder / "sweep", {"study": "lr"}))
    children = [child(tracker, parent, number, folder) for number in range(N_CHILDREN)]
    parent.client.set_experiment_tag(parent.experiment_id, *view(["trainer.lr", "model"], parent.run_id))
    parent.finish(metrics={"objective": 0.7}, model=None)
    tracker.start(RunFacts("sleep", "a run beside it", folder / "other", {})).finish(metrics={}, model=None)
    return folder, parent, children


@pytest.fixture(scope="module")
def pages(sweep) -> Iterator[tuple[str, Page]]:
    with mlflow_pages(sweep[0]) as address, chromium() as page:
        yield address, page


def names_on(page: Page) -> set[str]:
    return {f"{number} lr=1e-{number + 1}" for number in range(N_CHILDREN)} & set(page.text.splitlines())


@needs_browser
@pytest.mark.study
def test_the_comparison_page_shows_the_runs_what_differs_and_lines_that_end_at_the_objective(sweep, pages):
    (_, parent, children), (address, page) = sweep, pages
    page.open(comparison_link(address, parent.experiment_id, [run.run_id for run in children]))
    page.wait(lambda page: page.count(".js-plotly-plot .parcoords") > 0, "the parallel coordinates")
    page.wait(lambda page: len(names_on(page)) == N_CHILDREN, "the names of the runs")
    words = page.text.splitlines()
    assert f"Comparing {N_CHILDREN} Runs from 1 Experiment" in words
    assert "\t".join(["model", *(run.client.get_run(run.run_id).data.params["model"] for run in children)]) in words
    axes = [words[words.index("Parameters:") + 1 :][place] for place in (0, 1)]
    assert axes == ["model", "trainer.lr"]
    assert words[words.index("Metrics:") + 1] == "objective"


@needs_browser
@pytest.mark.study
def test_the_chart_page_of_the_sweep_begins_with_the_curves_of_all_its_children(sweep, pages):
    (_, parent, _), (address, page) = sweep, pages
    page.open(view_link(address, parent.experiment_id, parent.run_id))
    page.wait(lambda page: page.count(".scatterlayer .point") == len(CURVES) * N_CHILDREN * N_PASSES, "the curves")
    page.wait(lambda page: page.count(".parcoords") > 0, "the parallel coordinates")
    page.wait(lambda page: page.count(".barlayer .point") == N_CHILDREN, "the bars of the objective")
    assert len(names_on(page)) == N_CHILDREN
    assert f"{N_CHILDREN} matching runs" in page.text
    assert "a run beside it" not in page.text


@needs_browser
@pytest.mark.slow
def test_without_a_view_the_chart_page_draws_the_children_best_first_and_their_curves_below(sweep, pages):
    (_, parent, _), (address, page) = sweep, pages
    page.open(chart_link(address, parent.experiment_id, parent_id=parent.run_id, metric="objective", maximize=True))
    page.wait(lambda page: len(names_on(page)) == N_CHILDREN, "the names of the runs")
    listed = [line for line in page.text.splitlines() if line in names_on(page)]
    assert listed[:N_CHILDREN] == [f"{number} lr=1e-{number + 1}" for number in reversed(range(N_CHILDREN))]
    page.scroll_to("Model metrics")
    page.wait(lambda page: page.count(".scatterlayer .point") >= 2 * N_CHILDREN * N_PASSES, "the curves")
