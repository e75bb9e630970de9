"""Joining of texts to lists and sentences for documents."""

from collections.abc import Sequence


def listed(parts: Sequence[str]) -> str:
    """Join texts to a list in a sentence: "a", "a and b", "a, b and c"."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def sentence(text: str) -> str:
    """Begin a text with a capital letter and end it with a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
