"""Album: writes the figures of a run, and the data that they show."""

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
"""Endings of all files that an album writes."""


@dataclass(frozen=True)
class Album:
    """Writer of figures in some formats; without formats no figure is plotted.

    Attributes
    ----------
    folder
        Folder of the run. Figures are written to ``figures/``, their data to ``tables/``.
    formats
        File formats: ``png``, ``pdf`` or ``svg``.
    failed
        Errors of figures that failed; other figures and all tables are still written.
    """

    folder: Path
    formats: tuple[str, ...]
    failed: list[Exception] = field(default_factory=list)

    def add(self, stem: str, plot: Callable[[], Figure]) -> None:
        """Plot a figure and save it; an error is stored for `raise_failed`."""
        if not self.formats:
            return
        path = self.folder / "figures" / stem
        try:
            save(plot(), path.parent, path.name, formats=self.formats)
        except Exception as error:  # noqa: BLE001  raised by `raise_failed`
            error.add_note(f"The figure {path} could not be plotted.")
            self.failed.append(error)

    def remove(self, stem: str, parts: Sequence[str]) -> None:
        """Remove earlier figures and data of a stem, so that no outdated file remains.

        Parameters
        ----------
        stem
            Beginning of the names of the files.
        parts
            Suffixes that may follow the stem.
        """
        for path in (self.folder / kind / f"{stem}{part}" for kind in ("figures", "tables") for part in parts):
            for ending in ENDINGS:
                path.with_name(f"{path.name}.{ending}").unlink(missing_ok=True)

    def raise_failed(self) -> None:
        """Raise the error of the first figure that failed, if there is one.

        Raises
        ------
        Exception
            The error of that figure.
        """
        if self.failed:
            raise self.failed[0]

    def add_page(self, stem: str, page: Callable[[], str]) -> None:
        """Save an HTML page."""
        if self.formats:
            write_text(self.folder / "figures" / f"{stem}.html", page())

    def add_table(self, stem: str, table: pd.DataFrame) -> None:
        """Save the data of a figure as CSV."""
        write_csv(self.folder / "tables" / f"{stem}.csv", table)

    def add_data(self, stem: str, table: pd.DataFrame) -> None:
        """Save a large table as parquet."""
        write_parquet(self.folder / "tables" / f"{stem}.parquet", table)

    def add_arrays(self, stem: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Save arrays as npz."""
        write_arrays(self.folder / "tables" / f"{stem}.npz", arrays)

    def add_facts(self, stem: str, facts: Mapping[str, Any]) -> None:
        """Save facts about a figure as JSON."""
        write_json(self.folder / "tables" / f"{stem}.json", facts)
