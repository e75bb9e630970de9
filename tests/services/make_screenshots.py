"""Photograph MLflow's two pages about a sweep: python tests/services/make_screenshots.py OUTPUTS SWEEP INTO.

SWEEP is the id of the parent run, or the name of an experiment, whose newest parent run is taken. Writes
``comparison.png`` and ``charts.png`` into the folder INTO.
"""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from services.browser import Page, chromium, mlflow_pages

from eegbench.tracking.chart_view import TAG, view_link
from eegbench.tracking.database import connect, default_place
from eegbench.tracking.links import chart_link, children_of, comparison_link

PARENT = "mlflow.parentRunId"
METRIC = "objective"


def parent_of(client: Any, sweep: str) -> Any:
    """Return the parent run that an id, or the name of an experiment, stands for."""
    experiment = client.get_experiment_by_name(sweep)
    if experiment is None:
        return client.get_run(sweep)
    runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time DESC"], max_results=1000)
    parents = [run.data.tags[PARENT] for run in runs if PARENT in run.data.tags]
    if not parents:
        raise SystemExit(f"The experiment {sweep!r} has no run with children; name the sweep's parent run by its id.")
    return client.get_run(parents[0])


def links(client: Any, parent: Any, address: str) -> tuple[str, str]:
    """Return the comparison page and the chart page, with its view where the sweep left one."""
    experiment, run = parent.info.experiment_id, parent.info.run_id
    children = client.search_runs([experiment], children_of(run), order_by=[f"metrics.`{METRIC}` DESC"])
    comparison = comparison_link(address, experiment, [child.info.run_id for child in children])
    if TAG + run in client.get_experiment(experiment).tags:
        return comparison, view_link(address, experiment, run)
    return comparison, chart_link(address, experiment, parent_id=run, metric=METRIC, maximize=True)


def drawn(page: Page) -> bool:
    """Whether the page shows a chart and waits for nothing."""
    return page.count(".js-plotly-plot") > 0 and page.count("[class*=skeleton i], .ant-spin-spinning") == 0


def main(outputs: Path, sweep: str, into: Path) -> None:
    """Write both pictures."""
    client = connect(default_place(outputs))
    parent = parent_of(client, sweep)
    with mlflow_pages(outputs) as address, chromium() as page:
        for name, link in zip(("comparison", "charts"), links(client, parent, address), strict=True):
            page.open(link)
            page.wait(drawn, f"the page {link}")
            page.screenshot(into / f"{name}.png")
            print(into / f"{name}.png", link)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
