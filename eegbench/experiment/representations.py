"""Measures of the embeddings of an encoder and of its controls (`eegbench.score.representation`)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from eegbench.experiment.data import Data
from eegbench.inference.embedding import Embeddings
from eegbench.score.representation import COLUMNS, MAX_WINDOWS, Embedded, representation


def representations(embedded: Mapping[str, Embeddings], data: Data, seed: int) -> pd.DataFrame:
    """Return the rows of ``representation.csv`` for the scored windows; without rows if train or test has none.

    Parameters
    ----------
    embedded
        Embeddings of each encoder by its name.
    data
        The windows.
    seed
        Seed of the draw of windows, the same ones for each encoder.
    """
    rows = {split: data.rows(split, scored=True) for split in ("train", "test")}
    if not all(map(len, rows.values())):
        return pd.DataFrame(columns=list(COLUMNS))
    windows = {split: _windows(data, of_split) for split, of_split in rows.items()}
    n_windows, n_subjects = min(MAX_WINDOWS, len(rows["test"])), windows["test"]["subject"].nunique()
    found = []
    for name, one in embedded.items():
        train, test = (Embedded(one.at(rows[split]), windows[split]) for split in ("train", "test"))
        measured = representation(train, test, np.random.default_rng(seed))
        found += [(name, *row, n_windows, n_subjects) for row in measured]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _windows(data: Data, rows: np.ndarray) -> pd.DataFrame:
    table = data.store.table.loc[rows, ["subject", "recording", "start_s", "label"]].reset_index(drop=True)
    known = [fact for fact in ("sex", "age") if fact in data.store.facts]
    return table.assign(**{fact: table["recording"].map(data.store.facts[fact]) for fact in known})
