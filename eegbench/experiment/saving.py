"""The networks of a run as they are saved: with all that is needed to use them on new recordings."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.inference.description import Description
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.probe import Classifier
from eegbench.score.temperature import fit_temperature
from eegbench.store.shard import SHARD_VERSION

AT_MOST = 2000
"""Windows of train that their amplitudes are measured on."""

AT_ONCE = 64
"""Windows in a batch."""

QUANTILES = (0.01, 0.5, 0.99)


def calibrated(classifier: Classifier, known: Description, data: Data) -> Network | None:
    """Return a classifier's network with the temperature that suits valid; None where there is no network."""
    network = classifier.network(known)
    if network is not None:
        rows = data.rows("valid", scored=True)
        temperature = fit_temperature(classifier.probabilities(rows), data.labels(rows)) if len(rows) else 1.0
        network.description = replace(network.description, temperature=temperature)
    return network


def headless(encoder: Encoder, description: Description) -> Network:
    """Return an encoder as a network without classes."""
    none = torch.zeros(0, encoder.embed_dim)
    return Network(encoder, weight=none, bias=none[:, 0], description=description.without_classes())


def describe_network(experiment: Experiment, data: Data) -> Description:
    """Return what is known of the networks of a run, apart from their weights."""
    return Description(
        encoder=experiment.model.node,
        classes=data.store.classes,
        form=data.store.form,
        preprocessing=experiment.options["preprocessing"],
        steps_version=SHARD_VERSION,
        train_std_uv=_amplitudes(data),
    )


def _amplitudes(data: Data) -> Mapping[str, tuple[tuple[float, ...], ...]]:
    """Return percentiles of the standard deviation of train's windows in µV, by group and channel.

    A missing channel does not count; a channel that train lacks altogether has NaN.
    """
    table = data.part("train")
    rows = table.index.to_numpy()[~table["rejected"].to_numpy(bool)]
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), AT_MOST)).round().astype(int)]
    store = data.store.normalised("none")
    batches = [rows[first : first + AT_ONCE] for first in range(0, len(rows), AT_ONCE)]
    made: dict[str, list[np.ndarray]] = {name: [] for name in store.form.groups}
    for windows in store.each(store.gather, batches):
        for name, x in windows.x.items():
            made[name].append(_deviation(x, None if windows.present is None else windows.present[name]))
    found = {name: _quantiles(np.concatenate(parts)) for name, parts in made.items()}
    return {name: tuple(tuple(map(float, row)) for row in values) for name, values in found.items()}


def _deviation(x: Tensor, present: Tensor | None) -> np.ndarray:
    """Return the standard deviation of each window and channel; NaN where the channel is missing."""
    std = x.std(2, correction=0)
    return np.asarray((std if present is None else std.masked_fill(~present, torch.nan)).cpu().numpy())


def _quantiles(values: np.ndarray) -> np.ndarray:
    """Return quantiles of each column, NaN where a column has no number."""
    known = ~np.isnan(values).all(axis=0)
    found = np.full((len(QUANTILES), values.shape[1]), np.nan)
    found[:, known] = np.nanquantile(values[:, known], QUANTILES, axis=0)
    return found
