"""The encoder before training as a control: with batch-normalisation statistics of train, and as it was built."""

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
"""Windows in a batch whose statistics are averaged."""


def random_weights(encoder: Encoder, data: Data, experiment: Experiment) -> dict[str, Encoded]:
    """Encode the scored windows by an untrained encoder, and fit its batch normalisation to the signals of train.

    The statistics of the trained encoder come from signals, too, so without them random weights would be worse than
    random. Where a probe reads embeddings, those of the encoder as it was built are there as well.

    Parameters
    ----------
    encoder
        With random weights; its running statistics are changed.
    data, experiment
        The windows, and how they are probed.

    Returns
    -------
    dict
        ``random_weights``, and ``random_weights_unfitted`` where the encoder has batch normalisation.
    """
    if not has_statistics(encoder):
        return {RANDOM_WEIGHTS: encode_scored(encoder, data)}
    found = {}
    if experiment.probes.of[experiment.probes.main].needs == "embeddings":
        found[UNFITTED] = encode_scored(encoder, data)
    fit_statistics(encoder, _batches(data))
    return {RANDOM_WEIGHTS: encode_scored(encoder, data), **found}


def _batches(data: Data) -> Iterator[Windows]:
    """Yield the windows of train, labelled or not, in batches of nearly one size that each spread over all of them."""
    rows = data.rows("train", scored=False)
    n_batches = max(1, len(rows) // BATCH)
    yield from data.store.each(data.store.gather, [np.sort(rows[first::n_batches]) for first in range(n_batches)])
