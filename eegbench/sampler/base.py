"""Base class of samplers, whose draw is a pure function of the table of windows and a generator."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from eegbench.types import Draw, Role


class Sampler(ABC):
    """Base class of samplers, which draw the examples of one pass.

    Attributes
    ----------
    layout
        Roles of the views of an example, fixed before any draw. A task is built with it, and raises an error if a role
        is missing.
    uses_padding
        Whether views may be windows of padding.
    """

    uses_padding: ClassVar = False
    layout: Mapping[str, Role]

    @abstractmethod
    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass.

        Parameters
        ----------
        table
            Windows to draw from, part of a store's table, with columns ``recording``, ``start_s``, ``label`` and
            ``rejected``. The index is the row of each window in the store, as in ``Draw.windows``. Rows of a recording
            are in order of time. If recordings are padded, the table has the columns of `eegbench.store.padding`.
        rng
            The only source of randomness.
        """


def arrange(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Role]:
    """Arrange roles of these shapes one after another along the views of an example."""
    roles: dict[str, Role] = {}
    first = 0
    for name, shape in shapes.items():
        last = first + math.prod(shape)
        roles[name], first = Role(slice(first, last), shape), last
    return roles
