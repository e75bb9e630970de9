"""Limits of values, as a part of the annotations of constructors: ``Size``, ``Share``, ``Positive``, ….

The annotation of an argument is the schema of its key, so that a value outside is refused before data are read, and the
message names the full key. A constructor that is called directly in Python does not check them; `eegbench.config.build`
does, with a mapping as in YAML.
"""

import math
from collections.abc import Sized
from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True)
class Range:
    """Range of a number.

    Attributes
    ----------
    low, high
        Lowest and highest value.
    above, below
        Whether the lowest or the highest value itself is excluded.
    """

    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    below: bool = False

    def allows(self, value: float) -> bool:
        """Return whether a number lies in the range."""
        is_high = value > self.low if self.above else value >= self.low
        return is_high and (value < self.high if self.below else value <= self.high)

    def __str__(self) -> str:
        if self.high == math.inf:
            return f"above {self.low:g}" if self.above else f"of at least {self.low:g}"
        return f"{'above' if self.above else 'from'} {self.low:g} to {'below ' if self.below else ''}{self.high:g}"


@dataclass(frozen=True)
class NotEmpty:
    """Text with at least one character that is not a space."""

    def allows(self, value: str) -> bool:
        """Return whether a text is not empty."""
        return bool(value.strip())

    def __str__(self) -> str:
        return "that is not empty"


@dataclass(frozen=True)
class OneOrMore:
    """List with at least one item."""

    def allows(self, value: Sized) -> bool:
        """Return whether a list has an item."""
        return len(value) > 0

    def __str__(self) -> str:
        return "with at least one item"


Limit = Range | NotEmpty | OneOrMore

Size = Annotated[int, Range(low=1)]
"""A count of at least 1."""

Index = Annotated[int, Range(low=0)]
"""A count that may be 0, an index, or a seed."""

Share = Annotated[float, Range(low=0, high=1)]
"""A proportion or probability."""

Dropout = Annotated[float, Range(low=0, high=1, below=True)]
"""A proportion or probability below 1, such as that of values that are dropped."""

Amount = Index | Dropout
"""A count, or a proportion below 1."""

Positive = Annotated[float, Range(low=0, above=True)]
"""A length, rate or scale."""

NotNegative = Annotated[float, Range(low=0)]
"""A length, weight or time that may be zero."""

Text = Annotated[str, NotEmpty()]
"""A name, pattern or path."""
