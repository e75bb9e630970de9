"""Addresses of MLflow's pages about several runs, escaped so that terminals recognise them as one link."""

import json
from collections.abc import Sequence
from urllib.parse import quote

MAX_COMPARED = 100
"""Maximum number of runs on the comparison page, which has a column per run."""

ABOUT_TRAINING = "workflowType=machine_learning"
"""URL parameter that selects MLflow's pages for training rather than for chat models."""


def comparison_link(address: str, experiment_id: str, run_ids: Sequence[str]) -> str:
    """Return the address of the page that compares runs: parallel coordinates, and a table of differences.

    Parameters
    ----------
    address
        Address of the server, such as ``http://127.0.0.1:5000``; text before it is preserved.
    experiment_id
        Experiment that the runs belong to.
    run_ids
        Ids of the runs, most interesting first; only the first 100 are compared.
    """
    runs, experiments = (_json(ids) for ids in (run_ids[:MAX_COMPARED], [experiment_id]))
    return f"{address}/#/compare-runs?runs={runs}&experiments={experiments}&{ABOUT_TRAINING}"


def chart_link(address: str, experiment_id: str, *, parent_id: str, metric: str, maximize: bool) -> str:
    """Return the address of the page that plots every metric of a parent's children, best child first.

    By default MLflow collapses children into their parent and plots the parent only; a filter on the parent's id
    shows them all.
    """
    ascending = "false" if maximize else "true"
    query = f"searchFilter={_escape(children_of(parent_id))}&orderByKey={_escape(metric_key(metric))}"
    return f"{runs_page(address, experiment_id)}?{query}&orderByAsc={ascending}&compareRunsMode=CHART&{ABOUT_TRAINING}"


def children_of(parent_id: str) -> str:
    """Return the filter, in MLflow's search syntax, that finds the children of a run."""
    return f"tags.`mlflow.parentRunId` = '{parent_id}'"


def metric_key(metric: str) -> str:
    """Return MLflow's sort key of a metric."""
    return f"metrics.`{metric}`"


def run_page(address: str, experiment_id: str, run_id: str) -> str:
    """Return the address of a run's page."""
    return f"{runs_page(address, experiment_id)}/{run_id}?{ABOUT_TRAINING}"


def runs_page(address: str, experiment_id: str) -> str:
    """Return the address of the list of an experiment's runs."""
    return f"{address}/#/experiments/{experiment_id}/runs"


def _json(ids: Sequence[str]) -> str:
    return _escape(json.dumps(list(ids), separators=(",", ":")))


def _escape(text: str) -> str:
    return quote(text, safe="")
