"""Report of a comparison: a self-contained HTML file, and the same in Markdown."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eegbench.comparison.notes import metric_name
from eegbench.comparison.sheets import difference_sheets, ledger_sheet, runs_sheet, scores_sheet
from eegbench.comparison.tables import Comparison
from eegbench.document.page import as_document, bullets, code, facts, folded, picture, section
from eegbench.score.sheet import as_html, latex, markdown


@dataclass(frozen=True)
class Report:
    """A comparison with its notes, captions and facts.

    Attributes
    ----------
    comparison
        Results of the comparison.
    notes
        Notes, of one or two sentences each.
    command
        Command line.
    versions
        Versions of Python, eegbench and numerical packages, and the state of git.
    captions
        Caption of each figure, by the stem of its file.
    """

    comparison: Comparison
    notes: Sequence[str]
    command: str
    versions: Mapping[str, str]
    captions: Mapping[str, str]


def as_markdown(report: Report) -> str:
    """Return the report in Markdown; figures are links into ``figures/``."""
    comparison = report.comparison
    sheets = [scores_sheet(comparison), *difference_sheets(comparison)]
    parts = [f"# {_heading(comparison)}", *(markdown(sheet) for sheet in sheets)]
    parts += [f"![{caption}](figures/{stem}.png)\n\n{caption}" for stem, caption in report.captions.items()]
    if (ledger := ledger_sheet(comparison)) is not None:
        parts.append(markdown(ledger).strip())
    parts += ["## Notes", "\n".join(f"- {note}" for note in report.notes)]
    parts += ["## How it was made", f"```sh\n{report.command}\n```", markdown(runs_sheet(comparison)).strip()]
    parts.append("\n".join(f"- {name}: {value}" for name, value in report.versions.items()))
    return "\n\n".join(parts) + "\n"


def as_latex(report: Report) -> str:
    r"""Return the tables in LaTeX, to be read by ``\input``."""
    names = ["scores", "differences", "controls"]
    differences = difference_sheets(report.comparison)
    labels = names if len(differences) == 2 else ["scores", "controls"]
    sheets = [scores_sheet(report.comparison), *differences]
    tables = [latex(sheet, f"tab:{label}") for label, sheet in zip(labels, sheets, strict=False)]
    return "\n\n".join([r"% Needs \usepackage{booktabs} in the preamble.", f"% {report.command}", *tables]) + "\n"


def as_page(report: Report, figures: Mapping[str, bytes]) -> str:
    """Return the report as one HTML page that loads nothing from elsewhere.

    Parameters
    ----------
    report
        Comparison to show.
    figures
        Each figure as SVG, by the stem of its file.
    """
    comparison = report.comparison
    sheets = [as_html(sheet) for sheet in (scores_sheet(comparison), *difference_sheets(comparison))]
    drawn = [picture(figures[stem], "svg+xml", caption) for stem, caption in report.captions.items()]
    if (ledger := ledger_sheet(comparison)) is not None:
        sheets.append(as_html(ledger))
    made = [code(report.command), _runs(comparison), facts(report.versions)]
    parts = [sheets[0], *drawn, *sheets[1:], section("Notes", bullets(report.notes)), section("How it was made", *made)]
    return as_document(_heading(comparison), _scope(comparison), parts)


def _heading(comparison: Comparison) -> str:
    name = metric_name(comparison.question.metric)
    return f"{name[:1].upper()}{name[1:]} by {', '.join(comparison.question.by)}"


def _scope(comparison: Comparison) -> str:
    experiments = sorted({run.run.experiment for run in comparison.runs})
    dataset = comparison.runs[0].run.tags.get("dataset", "?")
    return f"{dataset} · experiment {', '.join(experiments)} · {len(comparison.runs)} runs · eegbench compare"


def _runs(comparison: Comparison) -> str:
    rows = "\n".join(
        f"<tr><td>{html.escape(group.name)}</td><td>{html.escape(run.run.name)}</td>"
        f'<td><a href="{html.escape(run.run.link, quote=True)}"><code>{html.escape(run.run.id)}</code></a></td></tr>'
        for group in comparison.groups
        for run in group.runs
    )
    table = (
        '<div class="wide"><table>\n<thead><tr><th>group</th><th>run</th><th>run id</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table></div>"
    )
    return folded("Runs in MLflow", table, is_open=True)
