"""Training on some sets and testing on others, for transfer between joined datasets."""

from typing import ClassVar

import numpy as np
import pandas as pd

from eegbench.config import Amount, Index
from eegbench.split.base import Split
from eegbench.split.subjects import assigned, divide, number, subjects_of


class BySet(Split):
    """Test on all subjects of some sets; train and validate on the subjects of other sets.

    Windows of sets that are not named are in no split.

    Parameters
    ----------
    train, test
        Names of sets, as in ``dataset.sets``.
    n_valid
        Number (int) or fraction (float, 0 ≤ fraction < 1) of the subjects of the ``train`` sets to use for validation.
    seed
        Seed of the draw of subjects for validation.

    Raises
    ------
    ValueError
        If ``train`` or ``test`` names no set, or both name the same one; from ``assign``, if a set does not exist, a
        subject is in sets of both, or no subject is left to train on.
    """

    within_subject: ClassVar[bool] = False
    fold = None

    def __init__(self, *, train: tuple[str, ...], test: tuple[str, ...], n_valid: Amount, seed: Index) -> None:
        both = sorted(set(train) & set(test))
        if both or not train or not test:
            why = f"{both[0]} stands in both" if both else "each needs a set"
            raise ValueError(f"split.train={list(train)}, split.test={list(test)}: {why}; name sets of dataset.sets.")
        self.train = train
        self.test = test
        self.n_valid = n_valid
        self.seed = seed

    def assign(self, table: pd.DataFrame) -> pd.Series:
        """Return ``train``, ``valid``, ``test`` or ``""`` (for sets that are not named) for each window."""
        self._check_there(table)
        train, test = (subjects_of(table[table["set"].isin(names)]) for names in (self.train, self.test))
        _check_apart(train, test)
        n_valid = number(self.n_valid, len(train), option="split.n_valid")
        if n_valid >= len(train):
            raise ValueError(
                f"split.n_valid={self.n_valid}: {n_valid} subjects for valid leave none of the {len(train)} of "
                f"{', '.join(self.train)} for train; set a smaller split.n_valid, or add data."
            )
        (valid,) = divide(train, [n_valid], np.random.default_rng(self.seed), None)
        named = table["set"].isin((*self.train, *self.test))
        return assigned(table, {"valid": valid, "test": test}).where(named, "")

    def _check_there(self, table: pd.DataFrame) -> None:
        there = sorted(set(table["set"]) - {""})
        for option, names in (("train", self.train), ("test", self.test)):
            missing = [name for name in names if name not in there]
            if missing:
                hint = f"there are {', '.join(there)}" if there else "only dataset=joined has sets with names"
                raise ValueError(f"split.{option}={list(names)}: there is no set {missing[0]}; {hint}.")


def _check_apart(train: list[str], test: list[str]) -> None:
    both = sorted(set(train) & set(test))
    if both:
        raise ValueError(
            f"split.train and split.test: {', '.join(both)} are in sets of both; choose other subjects "
            "(dataset.sets.NAME.subjects), or take split=subject_holdout."
        )
