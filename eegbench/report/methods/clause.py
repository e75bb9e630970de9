"""Description of a node as text: its clause, and in parentheses every setting that the clause does not mention."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

TARGET = "_target_"

UNMENTIONED = frozenset(
    {
        TARGET,
        "_partial_",
        "fused",
        "root",
        "cache",
        "addresses",
        "on_bad_recording",
        "on_oom",
        "max_iter",
        "keep",
    }
)
"""Settings without effect on results: folders, saved files and speed of computation; and those whose effect, if there
was one, is told apart."""


class Options:
    """Settings of a node; a setting that was read counts as mentioned.

    Parameters
    ----------
    node
        A mapping with ``_target_``.
    clauses
        Clauses of nodes inside it.
    """

    def __init__(self, node: Mapping[str, Any], clauses: "Clauses") -> None:
        self.node, self.clauses = node, clauses
        self._mentioned: set[str] = set()

    def __getitem__(self, name: str) -> str:
        """Return a setting as text, for templates."""
        return in_words(self.value(name), self.clauses)

    def value(self, name: str) -> Any:
        """Return the value of a setting."""
        self._mentioned.add(name)
        return self.node[name]

    def rest(self) -> list[str]:
        """Return the settings that were not mentioned, with their values."""
        names = [name for name in self.node if name not in self._mentioned | UNMENTIONED]
        return [f"{name.replace('_', ' ')}: {in_words(self.node[name], self.clauses)}" for name in names]


Clause = str | Callable[[Options], str]
"""A template with the names of settings in braces, or a function."""

Clauses = Mapping[str, Clause]
"""Clauses by the full path of their class."""


def describe(node: Mapping[str, Any], clauses: Clauses) -> str:
    """Return a description of a node.

    Parameters
    ----------
    node
        A mapping with ``_target_``.
    clauses
        Template or function of `Options` for each class. A class without a clause, such as a user's own, is described
        by its name and all its settings.
    """
    options = Options(node, clauses)
    clause = clauses.get(node[TARGET])
    if clause is None:
        text = f"`{node[TARGET]}`"
    else:
        text = clause.format_map(options) if isinstance(clause, str) else clause(options)
    if not (rest := "; ".join(options.rest())):
        return text
    return f"{text[:-1]}; {rest})" if text.endswith(")") else f"{text} ({rest})"


def in_words(value: Any, clauses: Clauses) -> str:
    """Return a setting's value as text."""
    if isinstance(value, Mapping):
        return describe(value, clauses) if TARGET in value else _mapping(value, clauses)
    if isinstance(value, list | tuple):
        return (
            ", ".join(_range(one) if isinstance(one, list | tuple) else in_words(one, clauses) for one in value)
            or "none"
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else str(value)


def _mapping(value: Mapping[str, Any], clauses: Clauses) -> str:
    return "; ".join(f"{name}: {in_words(one, clauses)}" for name, one in value.items()) or "none"


def _range(value: Sequence[Any]) -> str:
    """Return a list inside a list, such as a band: "θ 4–8"."""
    names = [str(one) for one in value if isinstance(one, str)]
    return " ".join([*names, "–".join(f"{one:g}" for one in value if isinstance(one, int | float))])


def amount(n: int | float | None, of: str) -> str:
    """Return the size of a split as text: a number of subjects, or a share of them."""
    return f"{100 * n:g} % of {of}" if isinstance(n, float) else f"{n} of {of}"
