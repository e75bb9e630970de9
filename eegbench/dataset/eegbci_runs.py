"""Conditions of the runs of EEGBCI, and the meaning of the marks T0, T1 and T2 in each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """Runs with the same condition.

    Attributes
    ----------
    runs
        Numbers of the runs, 1-14.
    marks
        Meaning of each mark in their files.
    """

    runs: tuple[int, ...]
    marks: Mapping[str, str]


def _fists(how: str) -> dict[str, str]:
    return {"T0": "rest", "T1": f"left_fist_{how}", "T2": f"right_fist_{how}"}


def _fists_feet(how: str) -> dict[str, str]:
    return {"T0": "rest", "T1": f"both_fists_{how}", "T2": f"both_feet_{how}"}


KINDS = {
    "eyes_open": Kind((1,), {"T0": "eyes_open"}),
    "eyes_closed": Kind((2,), {"T0": "eyes_closed"}),
    "fists_moved": Kind((3, 7, 11), _fists("moved")),
    "fists_imagined": Kind((4, 8, 12), _fists("imagined")),
    "fists_feet_moved": Kind((5, 9, 13), _fists_feet("moved")),
    "fists_feet_imagined": Kind((6, 10, 14), _fists_feet("imagined")),
}
"""Conditions by their name in `dataset.runs`, according to the dataset's web page."""


def numbers(kinds: Iterable[str]) -> tuple[int, ...]:
    """Return the numbers of the runs of some conditions, in order."""
    return tuple(sorted(run for kind in kinds for run in KINDS[kind].runs))


def marks(run: int) -> Mapping[str, str]:
    """Return the meanings of the marks in a run's file."""
    return next(kind.marks for kind in KINDS.values() if run in kind.runs)


def descriptions(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return all meanings of marks in runs of some conditions."""
    return tuple(dict.fromkeys(meaning for kind in kinds for meaning in KINDS[kind].marks.values()))
