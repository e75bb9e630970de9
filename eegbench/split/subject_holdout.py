"""Some subjects train, some choose, some test: drawn by a seed or named."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pandas as pd

from eegbench.split.base import Split
from eegbench.split.subjects import assigned, check_rest, divide, label_counts, number, subjects_of


class SubjectHoldout(Split):
    """Hold whole subjects out for valid and test, all others train.

    Parameters
    ----------
    n_valid, n_test
        How many subjects are drawn (int), or what share of all (float, 0 ≤ share < 1).
    seed
        Decides who is drawn; it is apart from the seed of weights and draws.
    stratify
        Whether the draw is chosen so that splits have label shares like those of all windows.
    valid_subjects, test_subjects
        Who it shall be; None draws ``n_valid`` or ``n_test`` instead.

    Raises
    ------
    ValueError
        From ``assign``, where subjects named do not exist or are in both, or none is left to train on.
    """

    within_subject: ClassVar[bool] = False
    fold = None

    def __init__(
        self,
        *,
        n_valid: int | float,
        n_test: int | float,
        seed: int,
        stratify: bool,
        valid_subjects: tuple[str, ...] | None,
        test_subjects: tuple[str, ...] | None,
    ) -> None:
        self.sizes = {"valid": n_valid, "test": n_test}
        self.seed = seed
        self.stratify = stratify
        named = {"valid": valid_subjects, "test": test_subjects}
        self.named = {split: subjects for split, subjects in named.items() if subjects is not None}

    def assign(self, table: pd.DataFrame) -> pd.Series:
        """Return ``train``, ``valid`` or ``test`` for each window, by its subject."""
        subjects = subjects_of(table)
        self._check_named(subjects)
        sizes = {
            split: number(size, len(subjects), option=f"split.n_{split}")
            for split, size in self.sizes.items()
            if split not in self.named
        }
        n = sizes | {split: len(named) for split, named in self.named.items()}
        check_rest(n["valid"], n["test"], len(subjects), who="Subjects")
        free = [subject for subject in subjects if not any(subject in named for named in self.named.values())]
        labels = label_counts(table) if self.stratify else None
        drawn = divide(free, list(sizes.values()), np.random.default_rng(self.seed), labels)
        return assigned(table, self.named | dict(zip(sizes, drawn, strict=True)))

    def _check_named(self, subjects: Sequence[str]) -> None:
        for split, named in self.named.items():
            unknown = sorted(set(named) - set(subjects))
            if unknown:
                raise ValueError(
                    f"split.{split}_subjects: there is no subject {', '.join(unknown)}; "
                    f"choose from {', '.join(subjects)}."
                )
        both = set(self.named.get("valid", ())) & set(self.named.get("test", ()))
        if both:
            raise ValueError(
                f"split.valid_subjects and split.test_subjects both name {', '.join(sorted(both))}; "
                f"take each subject out of one of them."
            )
