"""Which options decide a run's scores, which may change while it is resumed, and which were removed."""

from collections.abc import Mapping

REMOVED: Mapping[str, str] = {
    "companion": "this option was removed: a run draws its figures and keeps its records itself; leave it out.",
}
"""Options of earlier versions, by their dotted names, each with what to do instead."""

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

MAY_CHANGE = ("probe.linear.max_iter",)
"""Options that decide whether a run has a score, not which: a resumed run may have another value."""
