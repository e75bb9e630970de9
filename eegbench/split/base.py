"""What a split promises: every window goes to train, valid, test or nowhere, whole subjects at a time."""

from abc import ABC, abstractmethod
from typing import ClassVar

import pandas as pd


class Split(ABC):
    """Assigns windows to train, valid and test.

    Attributes
    ----------
    within_subject
        Whether a subject may stand in two splits, which every table of scores then says.
    fold
        Number of the fold that tests, from 0; None where the split has no folds.
    """

    within_subject: ClassVar[bool]
    fold: int | None

    @abstractmethod
    def assign(self, table: pd.DataFrame) -> pd.Series:
        """Return a split name a window: ``train``, ``valid``, ``test``, or ``""`` for none.

        Parameters
        ----------
        table
            A store's window table: ``recording``, ``set`` (the name of its set where several are joined, else
            empty), ``subject``, ``session``, ``run``, ``start_s`` (s), ``window_s`` (s), ``label``, ``scored``,
            ``rejected``.

        Raises
        ------
        ValueError
            Where there are too few subjects (or sessions, runs) for the sizes asked for.
        """
