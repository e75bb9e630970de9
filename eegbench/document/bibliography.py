"""References in BibTeX for citations of the form ``[@key]``."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

CITATION = re.compile(r"\[(@[\w-]+(?:; @[\w-]+)*)\]")
"""Citation of one or more works in pandoc's syntax: ``[@banville2021; @chambon2018]``."""


@cache
def library() -> Mapping[str, str]:
    """Return the BibTeX entries of the library, by key."""
    text = files("eegbench.document").joinpath("library.bib").read_text(encoding="utf-8")
    return {found[1]: found[0] for found in re.finditer(r"^@\w+\{([\w-]+),.*?^\}$", text, re.MULTILINE | re.DOTALL)}


def cite(*keys: str) -> str:
    """Return the citation of works from their keys."""
    return f"[{'; '.join(f'@{key}' for key in keys)}]"


def cited_keys(text: str) -> list[str]:
    """Return the keys cited in a text, without repetition, in order of appearance."""
    found = (key.removeprefix("@") for group in CITATION.findall(text) for key in group.split("; "))
    return list(dict.fromkeys(found))


def references(text: str, own: Mapping[str, str] | None = None) -> str:
    """Return a BibTeX file with the works cited in a text.

    Parameters
    ----------
    text
        Text with citations such as ``[@key]``.
    own
        Entries that are not in the library, by key.

    Raises
    ------
    KeyError
        If a cited work is in neither.
    """
    entries = {**library(), **(own or {})}
    return "\n\n".join(entries[key] for key in cited_keys(text)) + "\n"


def misc(key: str, title: str, **fields: str) -> str:
    """Return an entry of type ``@misc``, for example for a data set or a program.

    Parameters
    ----------
    key
        Key of the entry.
    title
        Title.
    fields
        Other fields by name; empty fields are left out.
    """
    lines = [f"  {name} = {{{_escaped(text)}}}" for name, text in {"title": title, **fields}.items() if text]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}"


def _escaped(text: str) -> str:
    """Escape a text for LaTeX, including braces, which would end the field."""
    plain = re.sub(r"[{}\\]", " ", text)
    return re.sub(r"([&%$#_])", r"\\\1", plain)
