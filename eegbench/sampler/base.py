"""What a sampler promises: one pass of examples, as a pure function of the window table and a generator."""

from abc import ABC, abstractmethod

import numpy as np
import pandas as pd

from eegbench.types import Draw


class Sampler(ABC):
    """Draws the examples of one pass."""

    @abstractmethod
    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass.

        Parameters
        ----------
        table
            Windows to draw from, a part of a store's table: columns ``recording``, ``start_s``, ``label``,
            ``rejected``; the index holds each window's row in the store, which is what ``Draw.windows`` names.
            Rows of a recording are in order of time.
        rng
            The only source of chance.
        """
