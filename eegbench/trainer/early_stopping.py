"""Choice of the best pass and of the time to stop, both from one column of the history."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from eegbench.trainer.session import Progress

StopWhen = Literal["patience_reached", "patience_exceeded"]


@dataclass(frozen=True)
class EarlyStopping:
    """Compare passes by the monitored value.

    Attributes
    ----------
    monitor
        A column of the history on valid. Names that end in ``loss`` are minimised, others maximised.
    patience
        Number of passes without improvement that are allowed; None never stops early.
    stop_when
        Whether training stops when the number of passes without improvement reaches ``patience``, or exceeds it.
    """

    monitor: str
    patience: int | None
    stop_when: StopWhen

    def __post_init__(self) -> None:
        least = 0 if self.stop_when == "patience_exceeded" else 1
        if self.patience is not None and self.patience < least:
            raise ValueError(
                f"trainer.patience={self.patience}: at least {least} with trainer.stop_when={self.stop_when}, "
                "or null for no early stopping, is expected."
            )

    def is_better(self, row: Mapping[str, Any], progress: Progress) -> bool:
        """Return whether a pass is the best so far.

        Raises
        ------
        ValueError
            If the history has no such column.
        """
        if self.monitor not in row:
            return self._miss(row, progress)
        value, best = float(row[self.monitor]), progress.best_value
        if best is None or math.isnan(best) or math.isnan(value):  # without validation, the latest pass is the best
            return True
        return value < best if self.monitor.endswith("loss") else value > best

    def reason(self, progress: Progress) -> str:
        """Return the reason to stop early; an empty text to continue."""
        if self.patience is None or progress.best_pass == 0:
            return ""
        n_misses = progress.finished_pass - progress.best_pass
        if n_misses < self.patience + (self.stop_when == "patience_exceeded"):
            return ""
        return f"{self.monitor} had not improved for {self._limit()} passes"

    def _limit(self) -> str:
        """Return the limit as a phrase for messages."""
        words = f"trainer.patience={self.patience}"
        return f"more than {words}" if self.stop_when == "patience_exceeded" else words

    def _miss(self, row: Mapping[str, Any], progress: Progress) -> bool:
        """Return False if the monitored value is missing in some passes only; raise an error if it never occurs."""
        if any(self.monitor in earlier for earlier in progress.history):
            return False
        there = ", ".join(name for name in row if name.startswith(("valid", "probe")))
        raise ValueError(f"trainer.monitor={self.monitor} is not a column of the history; set one of {there}.")
