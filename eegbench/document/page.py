"""Self-contained HTML pages with embedded figures, without scripts and external resources."""

import base64
import html
from collections.abc import Iterable, Mapping, Sequence

STYLE = """
:root { color-scheme: light dark; --ink: #222; --pale: #666; --line: #d4d4d4; --paper: #fff; --card: #f6f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --pale: #a3a3a3; --line: #3c4046; --paper: #16181c; --card: #1f2228; }
}
body { max-width: 60rem; margin: 2.5rem auto; padding: 0 1.25rem; background: var(--paper); color: var(--ink);
       font: 16px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
p, li { max-width: 46rem; overflow-wrap: anywhere; }
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
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 0 1.5rem; }
.figures figure { margin: .75rem 0; } .figures img { width: 100%; }
summary { cursor: pointer; margin: .75rem 0; }
pre, code { font: .85rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.text { background: var(--card); padding: .25rem 1rem; border-radius: 6px; }
pre { background: var(--card); padding: .75rem 1rem; border-radius: 6px; overflow-x: auto; white-space: pre-wrap;
      overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content auto; gap: .1rem 1.25rem; font-size: .875rem; }
dt { color: var(--pale); } dd { margin: 0; overflow-wrap: anywhere; }
"""


def as_document(title: str, scope: str, parts: Iterable[str]) -> str:
    """Return a whole page.

    Parameters
    ----------
    title, scope
        Text of the heading, and of the line below it.
    parts
        Parts of the page as HTML, in order.
    """
    heading = html.escape(title)
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{heading}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{STYLE}</style>\n</head>\n<body>",
            f'<h1>{heading}</h1>\n<p class="pale">{html.escape(scope)}</p>',
            *parts,
            "</body>\n</html>\n",
        ]
    )


def section(title: str, *parts: str) -> str:
    """Return a section with its heading, or an empty string if all parts are empty."""
    there = [part for part in parts if part]
    return "\n".join([f"<h2>{html.escape(title)}</h2>", *there]) if there else ""


def folded(summary: str, part: str, *, is_open: bool = False) -> str:
    """Return a part that is shown after a click on its summary, or an empty string if the part is empty."""
    state = " open" if is_open else ""
    return f"<details{state}>\n<summary>{html.escape(summary)}</summary>\n{part}\n</details>" if part else ""


def paragraph(text: str) -> str:
    """Return a text as a paragraph, or an empty string if it is empty."""
    return f"<p>{html.escape(text)}</p>" if text else ""


def text_block(text: str) -> str:
    """Return a text in Markdown as paragraphs on a card, without its headings, or an empty string if it is empty."""
    blocks = [block for block in text.split("\n\n") if block.strip() and not block.startswith("#")]
    return '<div class="text">\n' + "\n".join(paragraph(block) for block in blocks) + "\n</div>" if blocks else ""


def bullets(texts: Sequence[str]) -> str:
    """Return texts as a bulleted list, or an empty string if there are none."""
    items = "\n".join(f"<li>{html.escape(text)}</li>" for text in texts)
    return f"<ul>\n{items}\n</ul>" if texts else ""


def facts(values: Mapping[str, str]) -> str:
    """Return a list of names with their values, or an empty string if there are none."""
    rows = "\n".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in values.items())
    return f"<dl>\n{rows}\n</dl>" if values else ""


def gallery(pictures: Sequence[str]) -> str:
    """Return figures in a grid, or an empty string if there are none."""
    return '<div class="figures">\n' + "\n".join(pictures) + "\n</div>" if pictures else ""


def code(text: str) -> str:
    """Return a text in a fixed-width font."""
    return f"<pre>{html.escape(text)}</pre>"


def picture(image: bytes, kind: str, caption: str) -> str:
    """Return a figure that is embedded in the page.

    Parameters
    ----------
    image
        Content of its file.
    kind
        ``png`` or ``svg+xml``.
    caption
        Text below the figure.
    """
    source = f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
    alt = html.escape(caption, quote=True)
    return f'<figure>\n<img src="{source}" alt="{alt}">\n<p>{html.escape(caption)}</p>\n</figure>'
