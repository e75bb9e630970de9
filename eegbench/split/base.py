"""Base class of splits: each window goes to train, valid, test or none of them."""

from abc import ABC, abstractmethod
from typing import ClassVar

import pandas as pd


class Split(ABC):
    """Assign windows to train, valid and test.

    Attributes
    ----------
    within_subject
        Whether a subject may be in two splits; tables of scores then mark their splits as within subject.
    fold
        Number of the test fold, from 0; None if the split has no folds.
    """

    within_subject: ClassVar[bool]
    fold: int | None

    @abstractmethod
    def assign(self, table: pd.DataFrame) -> pd.Series:
        """Return the split of each window: ``train``, ``valid``, ``test``, or ``""`` for none.

        Parameters
        ----------
        table
            A store's window table: ``recording``, ``set`` (the name of its set if several are joined, else empty),
            ``subject``, ``session``, ``run``, ``start_s`` (s), ``window_s`` (s), ``label``, ``scored``, ``rejected``.

        Raises
        ------
        ValueError
            If there are too few subjects, sessions or runs for the requested sizes.
        """
