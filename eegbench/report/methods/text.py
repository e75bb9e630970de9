"""The Methods text of a run and its references, from the clauses of all its parts."""

from collections.abc import Mapping
from pathlib import Path

from eegbench.document.bibliography import misc, references
from eegbench.document.software import package_entry, software_text
from eegbench.report.methods.attribution import attribution_text
from eegbench.report.methods.data import data_text
from eegbench.report.methods.network import network_text
from eegbench.report.methods.probing import probing_text
from eegbench.report.methods.question import question_text
from eegbench.report.methods.signals import signal_text
from eegbench.report.methods.split import split_text
from eegbench.report.methods.statistics import statistics_text
from eegbench.report.methods.training import training_text
from eegbench.report.run_sources import RunSources

HEADING = "# Methods"


def methods_text(run: RunSources) -> str:
    """Return the Methods text of a run in Markdown; citations are keys of the references."""
    trained = [network_text(run), question_text(run), training_text(run)]
    paragraphs = [data_text(run), signal_text(run), split_text(run), " ".join(trained)]
    if run.is_scored:
        paragraphs += [probing_text(run), statistics_text(run)]
    else:
        paragraphs.append("The data had no labels, so there are no scores.")
    tables = run.folder / "tables"
    places = sorted({path.parent for path in tables.glob("*/*.json")})
    paragraphs += [text for place in places if (text := attribution_text(place))]
    return "\n\n".join([HEADING, *paragraphs, software_text(run.versions)]) + "\n"


def methods_references(run: RunSources, text: str) -> str:
    """Return the BibTeX entries of the works cited in a Methods text."""
    card = run.card
    dataset = misc("dataset", run.choices["dataset"], note=card.citation, howpublished=card.url)
    return references(text, {"dataset": dataset, **package_entry(run.versions)})


def attribution_document(tables: Path, versions: Mapping[str, str], about: str = "") -> tuple[str, str]:
    """Return the Methods text of maps, in Markdown, and its references in BibTeX.

    Parameters
    ----------
    tables
        Folder of the data of maps.
    versions
        Versions of the software.
    about
        First sentence.
    """
    told = " ".join(part for part in (about, attribution_text(tables)) if part)
    text = "\n\n".join([HEADING, told, software_text(versions)]) + "\n"
    return text, references(text, package_entry(versions))
