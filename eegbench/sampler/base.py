"""What a sampler promises: one pass of examples, as a pure function of the window table and a generator."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pandas as pd

from eegbench.types import Draw, Role


class Sampler(ABC):
    """Draws the examples of one pass.

    Attributes
    ----------
    layout
        The roles of the views of an example, known before any draw: a task is built with it, and refuses a sampler
        that lacks a role it needs.
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
            Windows to draw from, a part of a store's table: columns ``recording``, ``start_s``, ``label``,
            ``rejected``; the index holds each window's row in the store, which is what ``Draw.windows`` names.
            Rows of a recording are in order of time. Where recordings are padded, there are the columns
            of `eegbench.store.padding`.
        rng
            The only source of chance.
        """


def arrange(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Role]:
    """Arrange roles of these shapes one after the other along the views of an example."""
    roles: dict[str, Role] = {}
    first = 0
    for name, shape in shapes.items():
        last = first + math.prod(shape)
        roles[name], first = Role(slice(first, last), shape), last
    return roles
