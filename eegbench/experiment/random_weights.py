"""The untrained encoder as a control, with batch-normalisation statistics of train and without."""

from collections.abc import Iterator

import numpy as np

from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.experiment.probing import encode_scored
from eegbench.inference.embedding import Encoded
from eegbench.model.base import Encoder
from eegbench.probe.control import RANDOM_WEIGHTS, UNFITTED
from eegbench.store.windows import Windows
from eegbench.trainer.batch_norm import fit_statistics, has_statistics

BATCH = 256
"""Approximate number of windows in a batch; the statistics of batches are averaged."""


def random_weights(encoder: Encoder, data: Data, experiment: Experiment) -> dict[str, Encoded]:
    """Encode the scored windows with an untrained encoder whose batch normalisation is fitted to the signals of train.

    The trained encoder has batch-normalisation statistics of the signals, so a fair control needs them, too. If the
    main probe uses embeddings, those of the encoder with initial statistics are returned as well.

    Parameters
    ----------
    encoder
        Encoder with random weights; its running statistics are changed.
    data, experiment
        Windows, and options of the probes.

    Returns
    -------
    dict
        Encoded windows of ``random_weights`` and, if the encoder has batch normalisation, ``random_weights_unfitted``.
    """
    if not has_statistics(encoder):
        return {RANDOM_WEIGHTS: encode_scored(encoder, data)}
    found = {}
    if experiment.probes.of[experiment.probes.main].needs == "embeddings":
        found[UNFITTED] = encode_scored(encoder, data)
    fit_statistics(encoder, _batches(data))
    return {RANDOM_WEIGHTS: encode_scored(encoder, data), **found}


def _batches(data: Data) -> Iterator[Windows]:
    """Yield the windows of train, labelled or not, in batches of nearly equal size; each takes every n-th window."""
    rows = data.rows("train", scored=False)
    n_batches = max(1, len(rows) // BATCH)
    yield from data.store.each(data.store.gather, [np.sort(rows[first::n_batches]) for first in range(n_batches)])
