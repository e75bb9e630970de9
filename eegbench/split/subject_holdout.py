"""Hold-out of subjects for validation and test, drawn with a seed or named."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import pandas as pd

from eegbench.config import Amount, Index
from eegbench.split.base import Split
from eegbench.split.subjects import assigned, check_rest, divide, label_counts, number, subjects_of


class SubjectHoldout(Split):
    """Hold out subjects for valid and test; train on all others, or on some of them.

    Parameters
    ----------
    n_valid, n_test
        Number (int) or fraction of all subjects (float, 0 ≤ fraction < 1) to draw.
    n_train
        Number (int) or fraction of all subjects (float) to train on; the others that are not held out are in no
        split. With the same seed, a smaller number gives a subset of the subjects of a larger one, and valid and test
        do not change. None trains on all others.
    seed
        Seed of the draw of subjects, independent of the seed of weights and samplers.
    stratify
        Whether to choose draws whose splits have label proportions close to those of all windows.
    valid_subjects, test_subjects
        Names of the subjects; None draws ``n_valid`` or ``n_test`` of them.

    Raises
    ------
    ValueError
        From ``assign``, if a named subject does not exist or is named for both, or too few are left to train on.
    """

    within_subject: ClassVar[bool] = False
    fold = None

    def __init__(
        self,
        *,
        n_valid: Amount,
        n_test: Amount,
        n_train: Amount | None,
        seed: Index,
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
        """Return ``train``, ``valid``, ``test`` or ``""`` (excluded by ``n_train``) for each window, by its subject."""
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
        """Draw the training subjects from the rest, and return those that were not drawn."""
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
