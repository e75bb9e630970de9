"""Which options decide a run's scores, which may change while it is resumed, and which were removed or renamed."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

REMOVED: Mapping[str, str] = {
    "companion": "this option was removed: a run draws its figures and keeps its records itself; leave it out.",
}
"""Options of earlier versions, by their dotted names, each with what to do instead."""

RENAMED: Mapping[str, str] = {"probe.linear": "probe.of.linear"}
"""Nodes of earlier versions that have another dotted name now."""

NO_EFFECT = (
    "device",
    "expected",
    "explain",
    "figures",
    "interpretability",
    "name",
    "paths",
    "projection",
    "published",
    "resume",
    "store",
    "sweep",
    "tracking",
    "trust",
    *REMOVED,
)
"""Nodes at the root that say where and how a run is made, and change no score."""

MAY_CHANGE = ("probe.of.*.max_iter", "dataset.root", "dataset.sets.*.root")
"""Options that decide whether a run has a score, not which: a resumed run may have another value. Where the files of a
set lie is one: what they hold is compared with what the run was made of."""


def may_change(name: str) -> bool:
    """Return whether a resumed run may have another value of an option, by its dotted name."""
    return any(fnmatchcase(name, pattern) for pattern in MAY_CHANGE)


def renamed(name: str) -> str:
    """Return what to say of an option that has another name now; an empty text for every other option."""
    for old, new in RENAMED.items():
        if name == old or name.startswith(f"{old}."):
            return f"{name} is now {new}{name.removeprefix(old)}."
    return ""
