"""Train, valid and test on the same people at different times, for questions that allow it; tables mark it."""

from typing import ClassVar, Literal

import pandas as pd

from eegbench.config import Amount, NotNegative
from eegbench.split.base import Split
from eegbench.split.subjects import check_rest, number

TOLERANCE_S = 1e-6
"""Tolerance for the rounding of seconds, far below the time between samples."""


class WithinSubject(Split):
    """Split each subject by session or run, or each recording by time; the latest part is for test.

    Sessions and runs are sorted by name (2 before 10): the last ones are for test, those before them for valid, the
    first for train. With ``time``, each recording is cut into three blocks in that order; windows across a cut or
    within ``gap_s`` after it are in no split, so overlapping windows are never in two. If each class has its own
    recording, as in mental arithmetic, only ``time`` leaves every class in every split.

    Parameters
    ----------
    by
        ``session``, ``run`` or ``time``.
    n_valid, n_test
        Number (int) or fraction (float, 0 ≤ fraction < 1) of the sessions or runs of each subject; for ``time`` the
        fraction of each recording.
    valid_names, test_names
        Names of sessions or runs, for all subjects; None takes the last ones. Not for ``time``.
    gap_s
        Seconds after each cut whose windows are left out; ignored for sessions and runs.

    Raises
    ------
    ValueError
        If sizes do not fit ``by``; from ``assign``, if a subject has too few sessions or runs, a recording is too
        short for its blocks, or a name does not exist.
    """

    within_subject: ClassVar[bool] = True
    fold = None

    def __init__(
        self,
        *,
        by: Literal["session", "run", "time"],
        n_valid: Amount,
        n_test: Amount,
        valid_names: tuple[str, ...] | None,
        test_names: tuple[str, ...] | None,
        gap_s: NotNegative,
    ) -> None:
        if by == "time":
            _check_time(n_valid, n_test, gap_s, named=valid_names is not None or test_names is not None)
        if (valid_names is None) != (test_names is None) or set(valid_names or ()) & set(test_names or ()):
            raise ValueError(
                f"split.valid_names={valid_names}, split.test_names={test_names}: expected both or neither, and no "
                f"name in both; set e.g. split.valid_names=['2'] split.test_names=['3']."
            )
        self.by = by
        self.n_valid = n_valid
        self.n_test = n_test
        self.named = None if test_names is None else {"valid": valid_names or (), "test": test_names}
        self.gap_s = gap_s

    def assign(self, table: pd.DataFrame) -> pd.Series:
        """Return ``train``, ``valid``, ``test`` or ``""`` (in a gap or across a cut) for each window."""
        if self.by == "time":
            parts = [self._in_time(recording) for _, recording in table.groupby("recording")]
        elif self.named is not None:
            parts = [self._by_name(table, self.named)]
        else:
            parts = [self._last(subject) for _, subject in table.groupby("subject")]
        return pd.concat(parts).reindex(table.index).rename("split")

    def _in_time(self, windows: pd.DataFrame) -> pd.Series:
        """Cut one recording into blocks: train, a gap, valid, a gap, test."""
        start, stop = windows["start_s"], windows["start_s"] + windows["window_s"]
        first, length = start.min(), stop.max() - start.min()
        valid_from, test_from = (first + length * (1 - share) for share in (self.n_valid + self.n_test, self.n_test))
        splits = pd.Series("", index=windows.index, dtype=str)
        splits[stop <= valid_from + TOLERANCE_S] = "train"
        splits[(start >= valid_from + self.gap_s - TOLERANCE_S) & (stop <= test_from + TOLERANCE_S)] = "valid"
        splits[start >= test_from + self.gap_s - TOLERANCE_S] = "test"
        asked = {"train": 1.0, "valid": self.n_valid, "test": self.n_test}
        empty = [split for split, share in asked.items() if share and not (splits == split).any()]
        if empty:
            raise ValueError(
                f"Recording {windows['recording'].iloc[0]!r} of {length:g} s has no window in its block for {empty[0]} "
                f"(shares split.n_valid={self.n_valid:g}, split.n_test={self.n_test:g}, split.gap_s={self.gap_s:g}); "
                f"set a smaller split.gap_s, other shares, or a shorter preprocessing.window_s."
            )
        return splits

    def _last(self, windows: pd.DataFrame) -> pd.Series:
        """Assign a subject's last sessions or runs to test and those before them to valid."""
        units = _units(windows, self.by)
        order = sorted(set(units), key=lambda unit: [(len(name), name) for name in unit])
        n = len(order)
        n_valid, n_test = (
            number(size, n, option=f"split.n_{split}", what=f"{self.by}s")
            for split, size in (("valid", self.n_valid), ("test", self.n_test))
        )
        check_rest(n_valid, n_test, n, who=f"Subject {windows['subject'].iloc[0]!r}, split.by={self.by}")
        split_of = {
            unit: "test" if i >= n - n_test else "valid" if i >= n - n_test - n_valid else "train"
            for i, unit in enumerate(order)
        }
        return pd.Series([split_of[unit] for unit in units], index=windows.index, dtype=str)

    def _by_name(self, table: pd.DataFrame, named: dict[str, tuple[str, ...]]) -> pd.Series:
        """Assign the sessions or runs with these names to valid and test, for all subjects."""
        names = table[self.by].astype(str)
        unknown = sorted({name for chosen in named.values() for name in chosen} - set(names))
        if unknown:
            raise ValueError(
                f"split.valid_names, split.test_names: there is no {self.by} {', '.join(unknown)}; "
                f"choose from {', '.join(sorted(set(names)))}."
            )
        check_rest(len(named["valid"]), len(named["test"]), names.nunique(), who=f"Names of split.by={self.by}")
        split_of = {name: split for split, chosen in named.items() for name in chosen}
        return names.map(lambda name: split_of.get(name, "train"))


def _units(windows: pd.DataFrame, by: str) -> list[tuple[str, ...]]:
    columns = ["session", "run"] if by == "run" else ["session"]
    return [tuple(map(str, unit)) for unit in windows[columns].itertuples(index=False, name=None)]


def _check_time(n_valid: int | float, n_test: int | float, gap_s: float, *, named: bool) -> None:
    if named:
        raise ValueError(
            "split.by=time takes no names; set split.valid_names=null split.test_names=null, or split.by=session."
        )
    if n_valid < 0 or n_test < 0 or n_valid + n_test >= 1 or gap_s < 0:
        raise ValueError(
            f"split.by=time with split.n_valid={n_valid}, split.n_test={n_test}, split.gap_s={gap_s:g}: expected "
            f"shares of a recording that leave some of it for train, and no negative gap; "
            f"set e.g. split.n_valid=0.2 split.n_test=0.2 split.gap_s=30."
        )
