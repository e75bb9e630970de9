"""Where a run's figures go, with the numbers that they show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from eegbench.atomic import write_arrays, write_csv, write_json, write_parquet, write_text
from eegbench.figure import save

ENDINGS = ("png", "pdf", "html", "csv", "parquet", "npz", "json")
"""Of all files that an album takes."""


@dataclass(frozen=True)
class Album:
    """Where figures go, and in which formats; without formats none is drawn.

    Attributes
    ----------
    folder
        The run's folder: figures go to ``figures/``, their numbers to ``tables/``.
    formats
        Some of ``png``, ``pdf`` and ``svg``.
    failed
        The errors of figures that could not be drawn; the others, and all tables, are there nevertheless.
    """

    folder: Path
    formats: tuple[str, ...]
    failed: list[Exception] = field(default_factory=list)

    def add(self, stem: str, plot: Callable[[], Figure]) -> None:
        """Plot a figure and save it; `raise_failed` tells whether that failed."""
        if not self.formats:
            return
        path = self.folder / "figures" / stem
        try:
            save(plot(), path.parent, path.name, formats=self.formats)
        except Exception as error:  # noqa: BLE001  raised by `raise_failed`
            error.add_note(f"The figure {path} could not be drawn.")
            self.failed.append(error)

    def remove(self, stem: str, parts: Sequence[str]) -> None:
        """Remove earlier figures and numbers, so that none stays that is not made again.

        Parameters
        ----------
        stem
            What the files are called.
        parts
            What may follow the stem.
        """
        for path in (self.folder / kind / f"{stem}{part}" for kind in ("figures", "tables") for part in parts):
            for ending in ENDINGS:
                path.with_name(f"{path.name}.{ending}").unlink(missing_ok=True)

    def raise_failed(self) -> None:
        """Raise the error of the first figure that could not be drawn, if there is one.

        Raises
        ------
        Exception
            What drawing it ended with.
        """
        if self.failed:
            raise self.failed[0]

    def add_page(self, stem: str, page: Callable[[], str]) -> None:
        """Save an HTML page."""
        if self.formats:
            write_text(self.folder / "figures" / f"{stem}.html", page())

    def add_table(self, stem: str, table: pd.DataFrame) -> None:
        """Save the numbers of a figure as CSV."""
        write_csv(self.folder / "tables" / f"{stem}.csv", table)

    def add_data(self, stem: str, table: pd.DataFrame) -> None:
        """Save many numbers as parquet."""
        write_parquet(self.folder / "tables" / f"{stem}.parquet", table)

    def add_arrays(self, stem: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Save arrays as npz."""
        write_arrays(self.folder / "tables" / f"{stem}.npz", arrays)

    def add_facts(self, stem: str, facts: Mapping[str, Any]) -> None:
        """Save what a figure was made with as JSON."""
        write_json(self.folder / "tables" / f"{stem}.json", facts)
