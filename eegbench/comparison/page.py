"""The whole comparison on one page: an HTML file that needs no other, and the same in Markdown."""

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eegbench.comparison.notes import metric_name
from eegbench.comparison.sheets import difference_sheets, runs_sheet, scores_sheet
from eegbench.comparison.tables import Comparison
from eegbench.score.sheet import as_html, latex, markdown

STYLE = """
:root { color-scheme: light dark; --ink: #222; --pale: #666; --line: #d4d4d4; --paper: #fff; --card: #f6f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --pale: #a3a3a3; --line: #3c4046; --paper: #16181c; --card: #1f2228; }
}
body { max-width: 60rem; margin: 2.5rem auto; padding: 0 1.25rem; background: var(--paper); color: var(--ink);
       font: 16px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
p, li { max-width: 46rem; }
figure p, .pale { color: var(--pale); font-size: .875rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 60%; }
th, td { padding: .3rem 1.1rem .3rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
thead tr { border-top: 2px solid var(--ink); border-bottom: 1px solid var(--ink); }
tbody { border-bottom: 1px solid var(--line); }
table > tbody:last-child { border-bottom: 2px solid var(--ink); }
tbody + tbody td { color: var(--pale); }
img { background: #fff; border: 1px solid var(--line); border-radius: 6px; padding: .75rem; box-sizing: border-box;
      width: 44rem; max-width: 100%; }
pre, code { font: .85rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre { background: var(--card); padding: .75rem 1rem; border-radius: 6px; overflow-x: auto; white-space: pre-wrap; }
dl { display: grid; grid-template-columns: max-content auto; gap: .1rem 1.25rem; font-size: .875rem; }
dt { color: var(--pale); } dd { margin: 0; }
"""


@dataclass(frozen=True)
class Report:
    """A comparison with all that is said around it.

    Attributes
    ----------
    comparison
        The numbers.
    notes
        Sentences.
    command
        What was typed.
    versions
        Of python, this package and those that compute, and the state of git.
    captions
        What each figure shows, by the stem of its file.
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
    """Return the report as one HTML page that asks nothing of any other place.

    Parameters
    ----------
    report
        What to show.
    figures
        Each figure as SVG, by the stem of its file.
    """
    comparison = report.comparison
    heading = html.escape(_heading(comparison))
    sheets = [as_html(sheet) for sheet in (scores_sheet(comparison), *difference_sheets(comparison))]
    drawn = [_figure(figures[stem], caption) for stem, caption in report.captions.items()]
    notes = "\n".join(f"<li>{html.escape(note)}</li>" for note in report.notes)
    versions = "\n".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in report.versions.items())
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{heading}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{STYLE}</style>\n</head>\n<body>",
            f"<h1>{heading}</h1>",
            f'<p class="pale">{html.escape(_scope(comparison))}</p>',
            sheets[0],
            *drawn,
            *sheets[1:],
            f"<h2>Notes</h2>\n<ul>\n{notes}\n</ul>",
            f"<h2>How it was made</h2>\n<pre>{html.escape(report.command)}</pre>",
            _runs(comparison),
            f"<dl>\n{versions}\n</dl>",
            "</body>\n</html>\n",
        ]
    )


def _heading(comparison: Comparison) -> str:
    name = metric_name(comparison.question.metric)
    return f"{name[:1].upper()}{name[1:]} by {', '.join(comparison.question.by)}"


def _scope(comparison: Comparison) -> str:
    experiments = sorted({run.run.experiment for run in comparison.runs})
    dataset = comparison.runs[0].run.tags.get("dataset", "?")
    return f"{dataset} · experiment {', '.join(experiments)} · {len(comparison.runs)} runs · eegbench compare"


def _figure(svg: bytes, caption: str) -> str:
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
    alt = html.escape(caption, quote=True)
    return f'<figure>\n<img src="{source}" alt="{alt}">\n<p>{html.escape(caption)}</p>\n</figure>'


def _runs(comparison: Comparison) -> str:
    rows = "\n".join(
        f"<tr><td>{html.escape(group.name)}</td><td>{html.escape(run.run.name)}</td>"
        f'<td><a href="{html.escape(run.run.link, quote=True)}"><code>{run.run.id}</code></a></td></tr>'
        for group in comparison.groups
        for run in group.runs
    )
    return (
        "<details open>\n<summary>Runs in MLflow</summary>\n"
        '<div class="wide"><table>\n<thead><tr><th>group</th><th>run</th><th>run id</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table></div>\n</details>"
    )
