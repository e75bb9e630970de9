"""Search for channels by name: other spellings, old electrode names, and differences of two channels.

Conventions
-----------
``EEG C3-Ref``, ``c3`` and ``C3..`` all mean C3: a type prefix, dots, a common reference (Ref, LE, Avg) and case are
ignored. The 10-20 system's old names T3, T4, T5, T6, A1 and A2 are T7, T8, P7, P8, M1 and M2 of the 10-10 system
(American Clinical Neurophysiology Society 2006, doi:10.1097/00004691-200604000-00006). ``C3-M2`` is a signal with this
name, or with ``C3:M2``, ``C3_M2`` or ``C3/A2``, or otherwise the difference of the signals C3 and M2.
"""

import re
from collections.abc import Sequence

_TYPE = re.compile(r"^(EEG|EOG|EMG|ECG|EKG)[\s_:]+", re.IGNORECASE)
_BETWEEN = re.compile(r"(?<=\w)\s*[-:/_]\s*(?=\w)")
_REFERENCE = re.compile(r"[-_ ](REF|LE|AVG|AVE|CAR)$", re.IGNORECASE)

OLD_NAMES = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8", "A1": "M1", "A2": "M2"}


class AmbiguousNameError(ValueError):
    """Raised for a name that matches several signals."""


def find(name: str, labels: Sequence[str]) -> tuple[str, ...]:
    """Return the label that a name matches; two labels for the first minus the second.

    An identical label takes precedence over one with the prefix ``EEG``, and that one over other spellings. Without a
    match, the tuple is empty.

    Raises
    ------
    AmbiguousNameError
        If several labels match equally well; the message names them.
    """
    single = _one(name, labels)
    parts = _BETWEEN.split(name)
    if single or len(parts) != 2:
        return single
    sides = [_one(side, labels) for side in parts]
    return (*sides[0], *sides[1]) if all(sides) and sides[0] != sides[1] else ()


def standard(label: str) -> str:
    """Return a label without type, dots and common reference, in capitals, with electrode names of the 10-10 system."""
    return "-".join(OLD_NAMES.get(part.strip(), part.strip()) for part in bare(label).split("-"))


def bare(label: str) -> str:
    """Return a label without type, dots and common reference, in capitals."""
    return _BETWEEN.sub("-", _REFERENCE.sub("", _TYPE.sub("", label.strip()).strip(". "))).upper()


def _one(name: str, labels: Sequence[str]) -> tuple[str, ...]:
    claims = (
        [label for label in labels if label == name],
        [label for label in labels if label == f"EEG {name}"],
        [label for label in labels if standard(label) == standard(name)],
    )
    found = next((claim for claim in claims if claim), [])
    if len(found) > 1:
        raise AmbiguousNameError(f"{len(found)} signals are called {name!r} ({', '.join(found)})")
    return tuple(found)
