"""References in BibTeX for what a text cites as ``[@key]``, and citations by DOI."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

CITATION = re.compile(r"\[(@[\w-]+(?:; @[\w-]+)*)\]")
"""Works that are cited together, as pandoc reads it: ``[@banville2021; @chambon2018]``."""


@cache
def library() -> Mapping[str, str]:
    """Return the BibTeX entries that are known, by their keys."""
    text = files("eegbench.document").joinpath("library.bib").read_text(encoding="utf-8")
    return {found[1]: found[0] for found in re.finditer(r"^@\w+\{([\w-]+),.*?^\}$", text, re.MULTILINE | re.DOTALL)}


def cite(*keys: str) -> str:
    """Return the citation of works by their keys."""
    return f"[{'; '.join(f'@{key}' for key in keys)}]"


def cited_keys(text: str) -> list[str]:
    """Return the keys that a text cites, each once, in their order."""
    found = (key.removeprefix("@") for group in CITATION.findall(text) for key in group.split("; "))
    return list(dict.fromkeys(found))


def references(text: str, own: Mapping[str, str] | None = None) -> str:
    """Return the BibTeX file of what a text cites.

    Parameters
    ----------
    text
        With citations such as ``[@key]``.
    own
        Entries that the library does not have, by their keys.

    Raises
    ------
    KeyError
        Where a work is cited that is in neither.
    """
    entries = {**library(), **(own or {})}
    return "\n\n".join(entries[key] for key in cited_keys(text)) + "\n"


def misc(key: str, title: str, **fields: str) -> str:
    """Return an entry for what is no paper, such as a data set or a program.

    Parameters
    ----------
    key
        The entry's key.
    title
        Its title.
    fields
        More fields by their names; empty ones are left out.
    """
    lines = [f"  {name} = {{{_escaped(text)}}}" for name, text in {"title": title, **fields}.items() if text]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}"


def _escaped(text: str) -> str:
    """Write a text so that LaTeX prints it as it is; braces would end the field."""
    plain = re.sub(r"[{}\\]", " ", text)
    return re.sub(r"([&%$#_])", r"\\\1", plain)
