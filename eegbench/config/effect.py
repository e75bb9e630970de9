"""Options that cannot affect a run's scores, that may change on resuming, and that were removed or renamed."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

REMOVED: Mapping[str, str] = {
    "companion": "this option was removed: a run draws its figures and keeps its records itself; leave it out.",
}
"""Removed options by their dotted names, each with what to do instead."""

RENAMED: Mapping[str, str] = {"probe.linear": "probe.of.linear"}
"""Dotted names of renamed nodes, each with its new name."""

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
"""Nodes at the root that decide where and how a run is made, and affect no score."""

MAY_CHANGE = ("probe.of.*.max_iter", "trainer.on_oom", "dataset.root", "dataset.sets.*.root", "tracking", "tracking.*")
"""Options that a resumed run may change: they decide whether a run gets a score, not its value. The location of a
dataset's files is one, because their content is compared with the data of the original run. The tracker is one, because
only the user's own command line may say where data are sent."""


def may_change(name: str) -> bool:
    """Return whether a resumed run may change an option, by its dotted name."""
    return any(fnmatchcase(name, pattern) for pattern in MAY_CHANGE)


def renamed(name: str) -> str:
    """Return the message for an option that was renamed; an empty text for every other option."""
    for old, new in RENAMED.items():
        if name == old or name.startswith(f"{old}."):
            return f"{name} is now {new}{name.removeprefix(old)}."
    return ""
