"""Logging of a comparison to MLflow, as a run next to the compared runs."""

from collections import Counter
from pathlib import Path

from eegbench.comparison.page import Report
from eegbench.comparison.selection import Selection
from eegbench.comparison.tables import Question
from eegbench.comparison.tested_run import COMPARISON, KIND
from eegbench.tracking.base import RunFacts, tracked
from eegbench.tracking.mlflow import Mlflow


def log_comparison(report: Report, folder: Path, asked: Selection) -> str:
    """Log a comparison with its files; return the address of its run.

    Parameters
    ----------
    report
        Report of the comparison.
    folder
        Folder of its files.
    asked
        Selection of the compared runs.
    """
    comparison = report.comparison
    question = comparison.question
    experiments = Counter(run.run.experiment for run in comparison.runs)
    experiment = experiments.most_common(1)[0][0]
    facts = RunFacts(
        experiment=experiment,
        name=f"comparison by {','.join(question.by)}, {question.metric}",
        folder=folder,
        parameters={**_parameters(question, asked), "runs": ", ".join(run.run.id for run in comparison.runs)},
        tags={KIND: COMPARISON, "command": report.command, **report.versions},
        source="eegbench compare",
    )
    metrics = {f"{comparison.split}/{e.name}/{question.metric}": e.value for e in comparison.entries}
    tracker = Mlflow(uri=asked.tracking_uri, folder=str(asked.outputs), experiment=experiment, metrics="all")
    with tracked(tracker, facts) as run:
        run.finish(metrics=metrics, model=None)
        return run.link


def _parameters(question: Question, asked: Selection) -> dict[str, object]:
    return {
        "experiment": asked.experiment,
        "parent": asked.parent,
        "filter": asked.filter,
        "tracking_uri": asked.tracking_uri,
        "group_by": ",".join(question.by),
        "metric": question.metric,
        "aggregation": question.aggregation,
        "split": question.split,
        "reference": question.reference,
    }
