"""What the files in a run's folder say, for the documents that are written from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from eegbench.config import read_json
from eegbench.dataset import Card
from eegbench.inference.model_folder import PROBED
from eegbench.inference.network import describe
from eegbench.score.render import n_subjects_of
from eegbench.types import Form, Score


@dataclass(frozen=True)
class RunSources:
    """A run that is trained and scored.

    Attributes
    ----------
    folder
        The run's folder.
    options
        All options, as plain values.
    summary
        What ``summary.json`` holds, or is about to.
    choices
        Names of the options chosen for dataset, task and model.
    card
        Facts of the complete set.
    """

    folder: Path
    options: Mapping[str, Any]
    summary: Mapping[str, Any]
    choices: Mapping[str, str]
    card: Card

    @cached_property
    def form(self) -> Form:
        """The form of the windows: groups of signals with their channels and rates."""
        return describe(self.folder / PROBED).form

    @cached_property
    def split(self) -> Mapping[str, Any]:
        """The subjects of each split, and who shaped the encoder."""
        return read_json(self.folder / "split.json")

    @cached_property
    def versions(self) -> dict[str, str]:
        """Versions of the software, and the state of the code; not the working directory."""
        known = read_json(self.folder / "environment.json")
        return {name: str(value) for name, value in known.items() if name != "directory"}

    @property
    def is_scored(self) -> bool:
        """Whether there are labels, and so scores."""
        return bool(self.summary["scores"])

    @cached_property
    def scores(self) -> list[Score]:
        """Every score of the run."""
        rows = pd.read_csv(self.folder / "scores.csv").to_dict("records")
        return [Score(**{str(name): value for name, value in row.items()}) for row in rows]

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Every prediction of the run."""
        return pd.read_parquet(self.folder / "predictions.parquet")

    @property
    def n_scored_subjects(self) -> dict[str, int]:
        """Number of subjects of whom something was predicted, by split."""
        return n_subjects_of(self.predictions)
