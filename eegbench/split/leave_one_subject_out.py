"""Leave-one-subject-out: each run tests on one subject, and there is one run for each subject."""

from typing import ClassVar

import numpy as np
import pandas as pd

from eegbench.config import Amount, Index
from eegbench.split.base import Split
from eegbench.split.subjects import assigned, check_rest, divide, number, subjects_of


class LeaveOneSubjectOut(Split):
    """Test on one subject; draw subjects for validation from the others and train on the rest.

    Parameters
    ----------
    fold
        Position of the test subject among the sorted subjects, from 0.
    n_valid
        Number (int) or fraction (float, 0 ≤ fraction < 1) of the other subjects to use for validation.
    seed
        Seed of the draw of subjects for validation.

    Raises
    ------
    ValueError
        From ``assign``, if the fold does not exist or there are too few subjects.
    """

    within_subject: ClassVar[bool] = False

    def __init__(
        self,
        *,
        fold: Index,
        n_valid: Amount,
        seed: Index,
    ) -> None:
        self.fold: int = fold
        self.n_valid = n_valid
        self.seed = seed

    def assign(self, table: pd.DataFrame) -> pd.Series:
        """Return ``train``, ``valid`` or ``test`` for each window, according to its subject."""
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
