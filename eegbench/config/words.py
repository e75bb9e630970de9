"""Words of a command line that Hydra reads back as they were meant, whatever stands in them."""

import re
import shlex

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import OverrideParseException

PLAIN = re.compile(r"[A-Za-z0-9_./:+@-]+")
"""What needs no quotes, neither in Hydra's grammar nor in a shell."""


def quoted(text: str) -> str:
    """Quote a text for Hydra's grammar."""
    return str(QuotedString(text, Quote.single if '"' in text else Quote.double).with_quotes())


def unquoted(value: str) -> str:
    """Return the text that a typed value stands for; one that Hydra's grammar cannot read is returned as typed."""
    try:
        read = OverridesParser.create().parse_overrides([f"key={value}"])[0].value()
    except OverrideParseException:
        return value
    return read if isinstance(read, str) else value


def typed(key: str, value: object) -> str:
    """Return an override as it is typed into a shell, quoted for Hydra and for the shell where that is needed."""
    text = str(value)
    return f"{key}={text}" if PLAIN.fullmatch(text) else _for_shell(f"{key}={quoted(text)}")


def retyped(word: str) -> str:
    """Return an override whose value Hydra's grammar cannot read with quotes, as it is typed into a shell.

    Of a list each element is quoted that needs it.
    """
    key, _, value = word.partition("=")
    if value.startswith("[") and value.endswith("]"):
        elements = [_bare(one) for one in value[1:-1].split(",")]
        value = ",".join(one if PLAIN.fullmatch(one) else quoted(one) for one in elements)
        return _for_shell(f"{key.strip()}=[{value}]")
    return _for_shell(f"{key.strip()}={quoted(_bare(value))}")


def _for_shell(word: str) -> str:
    """Quote a word for a shell, with as few marks as can be."""
    if "'" in word and not set("$`\\!") & set(word):
        return '"' + word.replace('"', '\\"') + '"'
    return shlex.quote(word)


def _bare(value: str) -> str:
    """Return a value without the quotes around it."""
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
