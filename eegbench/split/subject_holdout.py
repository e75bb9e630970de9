"""Some subjects train, some choose, some test: drawn by a seed or named."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pandas as pd

from eegbench.split.base import Split
from eegbench.split.subjects import assigned, check_rest, divide, label_counts, number, subjects_of


class SubjectHoldout(Split):
    """Hold whole subjects out for valid and test; all others train, or some of them.

    Parameters
    ----------
    n_valid, n_test
        How many subjects are drawn (int), or what share of all (float, 0 ≤ share < 1).
    n_train
        How many of the others train (int), or what share of all subjects; the rest is in no split. With one seed, a
        smaller number draws some of the subjects that a larger one draws, and valid and test stay the same. None: all
        others train.
    seed
        Decides who is drawn; it is apart from the seed of weights and draws.
    stratify
        Whether the draw is chosen so that splits have label shares like those of all windows.
    valid_subjects, test_subjects
        Who it shall be; None draws ``n_valid`` or ``n_test`` instead.

    Raises
    ------
    ValueError
        From ``assign``, where subjects named do not exist or are in both, or too few are left to train on.
    """

    within_subject: ClassVar[bool] = False
    fold = None

    def __init__(
        self,
        *,
        n_valid: int | float,
        n_test: int | float,
        n_train: int | float | None,
        seed: int,
        stratify: bool,
        valid_subjects: tuple[str, ...] | None,
        test_subjects: tuple[str, ...] | None,
    ) -> None:
        self.sizes = {"valid": n_valid, "test": n_test}
        self.n_train = n_train
        self.seed = seed
        self.stratify = stratify
        named = {"valid": valid_subjects, "test": test_subjects}
        self.named = {split: subjects for split, subjects in named.items() if subjects is not None}

    def assign(self, table: pd.DataFrame) -> pd.Series:
        """Return ``train``, ``valid``, ``test`` or ``""`` (left out by ``n_train``) for each window, by its subject."""
        subjects = subjects_of(table)
        self._check_named(subjects)
        sizes = {
            split: number(size, len(subjects), option=f"split.n_{split}")
            for split, size in self.sizes.items()
            if split not in self.named
        }
        n = sizes | {split: len(chosen) for split, chosen in self.named.items()}
        check_rest(n["valid"], n["test"], len(subjects), who="Subjects")
        free = [subject for subject in subjects if not any(subject in chosen for chosen in self.named.values())]
        labels = label_counts(table) if self.stratify else None
        rng = np.random.default_rng(self.seed)
        drawn = divide(free, list(sizes.values()), rng, labels)
        parts = self.named | dict(zip(sizes, drawn, strict=True))
        rest = [subject for subject in free if not any(subject in part for part in parts.values())]
        return assigned(table, parts | {"": self._left_out(rest, len(subjects), rng)})

    def _left_out(self, rest: Sequence[str], n_subjects: int, rng: np.random.Generator) -> list[str]:
        """Draw who of the rest trains, and return the others."""
        if self.n_train is None:
            return []
        n_train = number(self.n_train, n_subjects, option="split.n_train")
        if not 0 < n_train <= len(rest):
            raise ValueError(
                f"split.n_train={self.n_train}: {n_train} of {n_subjects} subjects are to train, and valid and test "
                f"leave {len(rest)}; set 1 to {len(rest)}, a smaller split.n_valid or split.n_test, or null for all."
            )
        (train,) = divide(rest, [n_train], rng, None)
        return [subject for subject in rest if subject not in train]

    def _check_named(self, subjects: Sequence[str]) -> None:
        for split, chosen in self.named.items():
            unknown = sorted(set(chosen) - set(subjects))
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
