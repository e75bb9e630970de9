"""One subject tests, and over as many runs as there are subjects each of them does so once."""

from typing import ClassVar

import numpy as np
import pandas as pd

from eegbench.split.base import Split
from eegbench.split.subjects import assigned, check_rest, divide, number, subjects_of


class LeaveOneSubjectOut(Split):
    """Test one subject; of the others some choose and the rest train.

    Parameters
    ----------
    fold
        Which of the sorted subjects tests, from 0.
    n_valid
        How many other subjects choose (int), or what share of them (float, 0 ≤ share < 1).
    seed
        Decides who chooses.

    Raises
    ------
    ValueError
        From ``assign``, where the fold does not exist or there are too few subjects.
    """

    within_subject: ClassVar[bool] = False

    def __init__(
        self,
        *,
        fold: int,
        n_valid: int | float,
        seed: int,
    ) -> None:
        self.fold: int = fold
        self.n_valid = n_valid
        self.seed = seed

    def assign(self, table: pd.DataFrame) -> pd.Series:
        """Return ``train``, ``valid`` or ``test`` for each window, by its subject."""
        subjects = subjects_of(table)
        if not 0 <= self.fold < len(subjects):
            raise ValueError(
                f"split.fold={self.fold}: there are {len(subjects)} subjects, so set 0 to {len(subjects) - 1}."
            )
        test = subjects[self.fold]
        rest = [subject for subject in subjects if subject != test]
        n_valid = number(self.n_valid, len(rest), option="split.n_valid")
        check_rest(n_valid, 1, len(subjects), who="Subjects")
        (valid,) = divide(rest, [n_valid], np.random.default_rng([self.seed, self.fold]), None)
        return assigned(table, {"valid": valid, "test": [test]})
