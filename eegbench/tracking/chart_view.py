"""Arrangement of MLflow's chart page for a sweep: curves of all trials, the objective, parallel coordinates.

MLflow 3 stores such an arrangement as a tag of the experiment and lists it in the menu *Views*. Without one, the page
begins with a bar chart of each final metric in alphabetical order, and the curves are far below. MLflow does not
document the tag's format or the address that opens it (as of 3.17): only this module uses them, and a test opens the
page in a browser. A version that ignores the tag shows its own arrangement.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from eegbench.tracking.links import ABOUT_TRAINING, children_of, metric_key, runs_page

TAG = "mlflow.sharedViewState."
MAX_VALUE = 5000
"""Maximum length of an experiment tag's value (MLflow 3)."""

SECTION = "sweep"
MANY = 100
AS_MEASURED = {"xAxisKey": "step", "lineSmoothness": 0}
"""Settings of a curve over passes; MLflow smooths curves by default."""


def chart_view(
    name: str,
    *,
    parent_id: str,
    objective: str,
    maximize: bool,
    curves: Sequence[str],
    options: Sequence[str],
    scores: Sequence[str],
    now_ms: int,
) -> tuple[str, str]:
    """Return key and value of the experiment's tag that arranges the chart page for the children of a run.

    The page opens at ``view_link(address, experiment_id, parent_id)``.

    Parameters
    ----------
    name
        Name of the view in the menu: the sweep's name.
    parent_id
        Id of the run whose children are shown; also the key of the view.
    objective
        Metric by which the runs are sorted, and the last axis of the parallel coordinates.
    maximize
        Whether a higher objective is better.
    curves
        Metrics logged after each pass, plotted in this order above everything else.
    options
        Varied options, most important first; the last are left out if the tag would exceed `MAX_VALUE`.
    scores
        Metrics that the table of runs shows, most important first, after the varied options.
    now_ms
        Current time in milliseconds since 1970.
    """
    for n_options in range(len(options), -1, -1):
        cards = _cards(objective, curves, options[:n_options])
        columns = [*(f"params.`{name}`" for name in options[:n_options]), *map(metric_key, scores)]
        state = _state(cards, children_of(parent_id), metric_key(objective), maximize) | {"selectedColumns": columns}
        kept = {"name": name, "createdAt": now_ms, "updatedAt": now_ms, "state": _compact(state)}
        if len(_compact(kept)) <= MAX_VALUE:
            break
    return f"{TAG}{parent_id}", _compact(kept)


def view_link(address: str, experiment_id: str, key: str) -> str:
    """Return the address that opens the chart page in a stored view, such as one made by `chart_view`."""
    return f"{runs_page(address, experiment_id)}?viewStateShareKey={key}&compareRunsMode=CHART&{ABOUT_TRAINING}"


def _state(cards: Sequence[Mapping[str, Any]], filter_: str, order: str, maximize: bool) -> dict[str, Any]:
    section = {"uuid": SECTION, "name": "Sweep", "display": True, "isReordered": True}
    return {
        "searchFilter": filter_,
        "orderByKey": order,
        "orderByAsc": not maximize,
        "runsHiddenMode": "SHOWALL",
        "compareRunCharts": cards,
        "compareRunSections": [section],
        "isAccordionReordered": True,  # keeps this section in front of the others
    }


def _cards(objective: str, curves: Sequence[str], options: Sequence[str]) -> list[dict[str, Any]]:
    lines = [_card("LINE", curve, metricKey=curve, selectedMetricKeys=[curve], **AS_MEASURED) for curve in curves]
    bars = _card("BAR", objective, metricKey=objective)
    if not options:
        return [*lines, bars]
    parallel = _card("PARALLEL", "all", selectedParams=list(options), selectedMetrics=[objective])
    return [*lines, parallel, bars]


def _card(kind: str, name: str, **content: Any) -> dict[str, Any]:
    place = {"type": kind, "uuid": f"{kind}-{name}", "metricSectionId": SECTION, "deleted": False, "isGenerated": False}
    return {**place, "runsCountToCompare": MANY, **content}


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
