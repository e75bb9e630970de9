"""Topographical order of channels: from the front of the head to the back, and from left to right in each row."""

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int

ROWS = ("FP", "AF", "F", "FC", "C", "CP", "P", "PO", "O", "I")
"""Rows of the 10-10 system, from front to back."""

SAME_ROW = {"FT": "FC", "T": "C", "TP": "CP"}
"""Temporal names of a row, and its other name."""

OLD = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}
"""Names of the 10-20 system that the 10-10 system replaced."""

NAME = re.compile(r"(Fp|AF|FT|FC|F|TP|T|CP|C|PO|P|O|I)(z|\d+)", re.IGNORECASE)


def topographical(channels: Sequence[str]) -> Int[np.ndarray, "n_channels"]:
    """Return the order of channels by their names in the 10-10 or the 10-20 system; unchanged with other names."""
    found = [NAME.fullmatch(OLD.get(name.upper(), name)) for name in channels]
    if not all(found):
        return np.arange(len(channels))
    places = [_place(match[1], match[2]) for match in found if match]
    return np.array(sorted(range(len(channels)), key=lambda i: places[i]))


def _place(row: str, column: str) -> tuple[int, int]:
    """Return the row from the front, and the column from the left: odd numbers are left, the midline is 0."""
    rank = ROWS.index(SAME_ROW.get(row.upper(), row.upper()))
    if column.lower() == "z":
        return rank, 0
    number = int(column)
    return rank, -number if number % 2 else number
