"""The documents of a run: a page to send to a colleague, and what a paper's Methods section says of it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from eegbench.atomic import write_text
from eegbench.experiment.base import Experiment
from eegbench.report.run_page import run_page
from eegbench.report.run_sources import RunSources

REPORT = "report.html"


def write_documents(experiment: Experiment, summary: Mapping[str, Any], folder: Path, *, by: str) -> None:
    """Write the documents of a run from what its folder holds by now; earlier ones are replaced.

    Parameters
    ----------
    experiment
        What was run.
    summary
        What ``summary.json`` holds, or is about to.
    folder
        The run's folder, with scores, split, versions, figures and the model.
    by
        The command that writes them.
    """
    run = RunSources(folder, experiment.options, summary, experiment.choices, experiment.dataset.card)
    write_text(folder / REPORT, run_page(run, datetime.now(), by))
