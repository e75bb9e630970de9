"""K-fold cross-validation over subjects: a run tests one fold, a multirun all of them."""

from typing import ClassVar

import numpy as np
import pandas as pd

from eegbench.config import Amount, Index
from eegbench.split.base import Split
from eegbench.split.subjects import assigned, check_rest, divide, label_counts, number, subjects_of


class SubjectKfold(Split):
    """Divide subjects into folds; test on one fold, validate on some of the other subjects and train on the rest.

    Parameters
    ----------
    n_folds
        Number of folds, at least 2; their sizes differ by at most one subject.
    fold
        Number of the test fold, from 0.
    n_valid
        Number (int) or fraction (float, 0 ≤ fraction < 1) of the subjects outside the test fold to use for validation.
    seed
        Seed of the division into folds, which is the same for all folds, and of the draw for validation.
    stratify
        Whether to choose draws whose splits have label proportions close to those of all windows.

    Raises
    ------
    ValueError
        If the fold does not exist; from ``assign``, if there are too few subjects.
    """

    within_subject: ClassVar[bool] = False

    def __init__(
        self,
        *,
        n_folds: int,
        fold: Index,
        n_valid: Amount,
        seed: Index,
        stratify: bool,
    ) -> None:
        if n_folds < 2:
            raise ValueError(f"split.n_folds={n_folds}: expected at least 2; set split.n_folds=5.")
        if not 0 <= fold < n_folds:
            raise ValueError(f"split.fold={fold}: there are {n_folds} folds, so set 0 to {n_folds - 1}.")
        self.n_folds = n_folds
        self.fold: int = fold
        self.n_valid = n_valid
        self.seed = seed
        self.stratify = stratify

    def assign(self, table: pd.DataFrame) -> pd.Series:
        """Return ``train``, ``valid`` or ``test`` for each window, according to its subject."""
        subjects = subjects_of(table)
        if len(subjects) < self.n_folds:
            raise ValueError(
                f"split.n_folds={self.n_folds}: there are only {len(subjects)} subjects; "
                f"set split.n_folds={len(subjects)} or fewer, or add subjects."
            )
        labels = label_counts(table) if self.stratify else None
        sizes = [len(part) for part in np.array_split(subjects, self.n_folds)]
        test = divide(subjects, sizes, np.random.default_rng(self.seed), labels)[self.fold]
        rest = [subject for subject in subjects if subject not in test]
        n_valid = number(self.n_valid, len(rest), option="split.n_valid")
        check_rest(n_valid, len(test), len(subjects), who="Subjects")
        (valid,) = divide(rest, [n_valid], np.random.default_rng([self.seed, self.fold]), labels)
        return assigned(table, {"valid": valid, "test": test})
