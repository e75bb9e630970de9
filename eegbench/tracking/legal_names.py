"""Names and values in the form that MLflow accepts; no two names are merged."""

import hashlib
import posixpath
import re
from collections import Counter
from collections.abc import Iterable

MAX_NAME = 250
"""Maximum length of a metric, parameter or tag name (MLflow 3)."""

_ILLEGAL = re.compile(r"[^\w.\- :/]")


def legal_names(names: Iterable[str]) -> dict[str, str]:
    """Map each name to one that MLflow accepts; names that would coincide get a digest as suffix.

    MLflow accepts letters, digits, ``_ - . : /`` and spaces, and rejects names that are not plain relative paths.
    """
    plain = {name: _legal(name) for name in names}
    counts = Counter(plain.values())
    return {
        name: legal if counts[legal] == 1 and len(legal) <= MAX_NAME else _distinct(name, legal)
        for name, legal in plain.items()
    }


def digest(text: str) -> str:
    """Return the SHA-256 of a text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _legal(name: str) -> str:
    return posixpath.normpath(_ILLEGAL.sub("_", name)).lstrip("/.") or "_"


def _distinct(name: str, legal: str) -> str:
    return f"{legal[: MAX_NAME - 9]}_{digest(name)[:8]}"
