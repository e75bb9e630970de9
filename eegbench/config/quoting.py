"""Quoting of overrides on the command line, for Hydra and for shells."""

import re
import shlex

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import OverrideParseException

PLAIN = re.compile(r"[A-Za-z0-9_./:+@-]+")
"""Texts that need no quotes, neither in Hydra's grammar nor in a shell."""


def quoted(text: str) -> str:
    """Quote a text for Hydra's grammar."""
    return str(QuotedString(text, Quote.single if '"' in text else Quote.double).with_quotes())


def unquoted(value: str) -> str:
    """Return the text of a typed value without quotes; unchanged if Hydra's grammar cannot parse it."""
    try:
        read = OverridesParser.create().parse_overrides([f"key={value}"])[0].value()
    except OverrideParseException:
        return value
    return read if isinstance(read, str) else value


def typed(key: str, value: object) -> str:
    """Return an override as typed into a shell, quoted for Hydra and the shell if necessary."""
    text = str(value)
    return f"{key}={text}" if PLAIN.fullmatch(text) else _for_shell(f"{key}={quoted(text)}")


def retyped(word: str) -> str:
    """Quote an override whose value Hydra's grammar cannot parse, for typing into a shell.

    In a list, and in lists in it, only the elements that need quotes get them.
    """
    key, _, value = word.partition("=")
    text = _quoted_element(value) if _is_list(value) else quoted(_bare(value))
    return _for_shell(f"{key.strip()}={text}")


def _quoted_element(value: str) -> str:
    """Quote an element of a list if necessary; the elements of a list, one by one."""
    if _is_list(value):
        return f"[{','.join(_quoted_element(one.strip()) for one in _elements(value[1:-1]))}]"
    bare = _bare(value)
    return bare if PLAIN.fullmatch(bare) else quoted(bare)


def _is_list(value: str) -> bool:
    return value.startswith("[") and value.endswith("]")


def _elements(text: str) -> list[str]:
    """Return the parts between commas; commas in brackets do not count."""
    parts, depth = [""], 0
    for one in text:
        depth += (one == "[") - (one == "]")
        if one == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += one
    return parts


def _for_shell(word: str) -> str:
    """Quote an override for a shell, with as few quotes as possible."""
    if "'" in word and not set("$`\\!") & set(word):
        return '"' + word.replace('"', '\\"') + '"'
    return shlex.quote(word)


def _bare(value: str) -> str:
    """Return a value without surrounding quotes."""
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
