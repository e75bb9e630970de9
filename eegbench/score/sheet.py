"""Tables of texts, formatted for the terminal, Markdown, LaTeX and HTML."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from math import isfinite
from textwrap import fill

from rich import box
from rich.console import Console
from rich.table import Table

SMALLEST_P = 0.001

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "−": r"$-$",
    "–": "--",
    "×": r"$\times$",
    "κ": r"$\kappa$",
    "µ": r"\textmu{}",
    "τ": r"$\tau$",
    "…": r"\ldots{}",
    "d_z": r"$d_z$",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}
_SPECIAL = re.compile("|".join(map(re.escape, sorted(_LATEX, key=len, reverse=True))))


@dataclass(frozen=True)
class Sheet:
    """A table of texts.

    Attributes
    ----------
    title
        Text above the table.
    headers, rows
        Texts of cells; the first ``n_names`` columns are names, the others numbers.
    note
        Text below the table.
    rule
        Index of the row above which there is a line; None for no line.
    n_names
        Number of columns with names.
    """

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    rule: int | None = None
    n_names: int = 1


def number(value: float, digits: int = 2, *, signed: bool = False) -> str:
    """Format a number with a true minus sign; NaN is a dash."""
    if not isfinite(value):
        return "–"
    text = f"{round(value, digits) + 0.0:{'+' if signed else ''}.{digits}f}"  # + 0.0: no "-0.00"
    return text.replace("-", "−")


def with_interval(value: float, low: float, high: float, *, signed: bool = False) -> str:
    """Format a value with its interval, if it is defined."""
    interval = f" [{number(low, signed=signed)}, {number(high, signed=signed)}]" if isfinite(low) else ""
    return f"{number(value, signed=signed)}{interval}"


def sentences(notes: Iterable[str]) -> str:
    """Join notes as sentences, each with a capital letter and a full stop."""
    return " ".join(f"{note[:1].upper()}{note[1:]}." for note in notes)


def p_value(p: float) -> str:
    """Format a p-value with three digits."""
    return f"<{SMALLEST_P}" if p < SMALLEST_P else number(p, 3)


def terminal(sheet: Sheet, width: int) -> str:
    """Return the table for a terminal with the given number of columns."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for i, header in enumerate(sheet.headers):
        name = i < sheet.n_names
        table.add_column(header, justify="left" if name else "right", overflow="fold", no_wrap=not name)
    for i, row in enumerate(sheet.rows):
        table.add_row(*row, end_section=i + 1 == sheet.rule)
    file = StringIO()
    Console(file=file, width=width, force_terminal=False, markup=False, emoji=False).print(table)
    body = "\n".join(line.rstrip() for line in file.getvalue().splitlines())
    return f"{sheet.title}\n{body}\n{fill(sheet.note, width)}"


def markdown(sheet: Sheet) -> str:
    """Return the table in Markdown."""
    marks = ["---" if i < sheet.n_names else "---:" for i, _ in enumerate(sheet.headers)]
    lines = [[_plain(cell) for cell in row] for row in (sheet.headers, *sheet.rows)]
    rows = [f"| {' | '.join(cells)} |" for cells in (lines[0], marks, *lines[1:])]
    return "\n".join([f"**{sheet.title}**", "", *rows, "", sheet.note])


def latex(sheet: Sheet, label: str) -> str:
    r"""Return the table in LaTeX; the preamble needs ``\usepackage{booktabs}``."""
    lines = [" & ".join(map(escape_latex, row)) + r" \\" for row in sheet.rows]
    if sheet.rule is not None and 0 < sheet.rule < len(lines):
        lines.insert(sheet.rule, r"\midrule")
    columns = "".join("l" if i < sheet.n_names else "r" for i, _ in enumerate(sheet.headers))
    return "\n".join(
        [
            r"\begin{table}[t]",
            r"\centering",
            rf"\caption{{{escape_latex(sheet.title)}. {escape_latex(sheet.note)}}}",
            rf"\label{{{label}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            " & ".join(map(escape_latex, sheet.headers)) + r" \\",
            r"\midrule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
    )


def escape_latex(text: str) -> str:
    """Escape a text for LaTeX."""
    return _SPECIAL.sub(lambda found: _LATEX[found[0]], text)


def as_html(sheet: Sheet) -> str:
    """Return the table as an HTML figure in the style of the page."""
    head = _html_row(sheet.headers, "th", sheet.n_names)
    rows = [_html_row(row, "td", sheet.n_names) for row in sheet.rows]
    parts = [rows] if sheet.rule is None else [rows[: sheet.rule], rows[sheet.rule :]]
    bodies = "\n".join("<tbody>\n" + "\n".join(part) + "\n</tbody>" for part in parts if part)
    return (
        f"<figure>\n<figcaption>{html.escape(sheet.title)}</figcaption>\n"
        f'<div class="wide"><table>\n<thead>\n{head}\n</thead>\n{bodies}\n</table></div>\n'
        f"<p>{html.escape(sheet.note)}</p>\n</figure>"
    )


def _html_row(cells: Sequence[str], tag: str, n_names: int) -> str:
    made = [f"<{tag}{'' if i < n_names else ' class=number'}>{html.escape(c)}</{tag}>" for i, c in enumerate(cells)]
    return f"<tr>{''.join(made)}</tr>"


def _plain(cell: str) -> str:
    return cell.replace("|", r"\|")
