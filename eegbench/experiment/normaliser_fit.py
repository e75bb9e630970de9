"""Fit of encoders before training: their normalisers are fitted to the windows of train."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Int

from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.model.base import Encoder
from eegbench.sampler.stretch import sequences
from eegbench.store.base import WindowStore
from eegbench.store.windows import Windows

FIT_BATCH = 32
"""Number of windows in a batch before training, or of sequences if padding is included."""

Batches = list[Int[np.ndarray, "_"]]
"""Batches of rows of the store's table."""


def fit_encoders(encoders: Sequence[Encoder], data: Data, experiment: Experiment) -> None:
    """Fit the parts of encoders that are fitted before training.

    They are fitted to the scored windows of train, once each (to all windows if none is scored). With
    ``preprocessing.padding.in_normalisers`` the published procedure is followed: all windows of train and the padding
    around them, in batches of 32 sequences of one recording. A window then counts once for each sequence that contains
    it.
    """
    padding = experiment.preprocessing.padded
    if padding is not None and padding.in_normalisers:
        n_views = max(role.views.stop for role in experiment.sampler.layout.values())
        batches = list(_with_padding(data, n_views))
    else:
        batches = _scored(data)
    for encoder in encoders:
        encoder.fit(lambda: data.store.each(lambda rows: _gathered(data.store, rows), batches))


def _scored(data: Data) -> Batches:
    scored = data.rows("train", scored=True)
    rows = scored if len(scored) else data.rows("train", scored=False)
    return [rows[first : first + FIT_BATCH] for first in range(0, len(rows), FIT_BATCH)]


def _with_padding(data: Data, length: int) -> Iterator[Int[np.ndarray, "_"]]:
    """Yield the rows of batches of 32 sequences of one recording of train; rejected windows are left out."""
    for _, table in data.part("train").groupby("recording", sort=False):
        every = sequences(table, length, 1, is_centred=False)
        for first in range(0, len(every), FIT_BATCH):
            rows = every[first : first + FIT_BATCH].ravel()
            if (rows >= 0).any():
                yield rows[rows >= 0]


def _gathered(store: WindowStore, rows: Int[np.ndarray, "_"]) -> Windows:
    """Return windows; a window in several sequences is read once."""
    distinct, index = np.unique(rows, return_inverse=True)
    windows = store.gather(distinct)
    return windows if len(distinct) == len(rows) else windows[torch.from_numpy(index).to(store.device)]
