"""Contents of the files in a run's folder, as sources of documents."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from eegbench.atomic import read_csv, read_parquet
from eegbench.config import read_json
from eegbench.dataset import Card
from eegbench.inference.model_folder import PROBED
from eegbench.inference.network import describe
from eegbench.score.predictions import COLUMNS
from eegbench.score.render import n_subjects_of
from eegbench.types import Form, Score


@dataclass(frozen=True)
class RunSources:
    """Files of a trained and scored run.

    Attributes
    ----------
    folder
        Folder of the run.
    options
        All options, as plain values.
    summary
        Contents of ``summary.json``.
    choices
        Names of the options chosen for dataset, task and model.
    card
        Facts of the complete data set.
    """

    folder: Path
    options: Mapping[str, Any]
    summary: Mapping[str, Any]
    choices: Mapping[str, str]
    card: Card

    @cached_property
    def form(self) -> Form:
        """Form of the windows: groups of signals with their channels and sampling rates."""
        return describe(self.folder / PROBED).form

    @cached_property
    def split(self) -> Mapping[str, Any]:
        """Subjects of each split, and those that the encoder was trained on."""
        return read_json(self.folder / "split.json")

    @cached_property
    def versions(self) -> dict[str, str]:
        """Versions of the software and state of the code, without the working directory."""
        known = read_json(self.folder / "environment.json")
        return {name: str(value) for name, value in known.items() if name != "directory"}

    @property
    def is_scored(self) -> bool:
        """True if the run has labels and scores."""
        return bool(self.summary["scores"])

    @cached_property
    def scores(self) -> list[Score]:
        """Every score of the run."""
        rows = read_csv(self.folder / "scores.csv", [field.name for field in fields(Score)]).to_dict("records")
        return [Score(**{str(name): value for name, value in row.items()}) for row in rows]

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Every prediction of the run."""
        return read_parquet(self.folder / "predictions.parquet", COLUMNS)

    @property
    def n_scored_subjects(self) -> dict[str, int]:
        """Number of subjects with predictions, by split."""
        return n_subjects_of(self.predictions)
