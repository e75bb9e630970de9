"""Documents of a run: an HTML report, and text with references for the Methods section of a paper."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from eegbench.atomic import write_text
from eegbench.environment import git_state, versions
from eegbench.experiment.base import Experiment
from eegbench.report.methods.text import attribution_document, methods_references, methods_text
from eegbench.report.run_page import run_page
from eegbench.report.run_sources import RunSources

REPORT, METHODS, REFERENCES = "report.html", "methods.md", "references.bib"


def write_documents(experiment: Experiment, summary: Mapping[str, Any], folder: Path, *, by: str) -> None:
    """Write the documents of a run from the files in its folder; earlier documents are replaced.

    Parameters
    ----------
    experiment
        Experiment of the run.
    summary
        Contents of ``summary.json``.
    folder
        Folder of the run, with scores, split, versions, figures and the model.
    by
        Command that writes the documents.
    """
    run = RunSources(folder, experiment.options, summary, experiment.choices, experiment.dataset.card)
    methods = methods_text(run)
    write_text(folder / METHODS, methods)
    write_text(folder / REFERENCES, methods_references(run, methods))
    write_text(folder / REPORT, run_page(run, datetime.now(), by, methods))


def write_map_documents(tables: Path, into: Path, about: str = "") -> None:
    """Write text about maps for the Methods section of a paper.

    Parameters
    ----------
    tables
        Folder of the tables of maps, which contains their facts.
    into
        Folder to write to.
    about
        First sentence of the text.
    """
    text, cited = attribution_document(tables, versions() | git_state(), about)
    write_text(into / METHODS, text)
    write_text(into / REFERENCES, cited)
