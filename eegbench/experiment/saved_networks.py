"""Networks of a run to save, with all information needed to apply them to new recordings."""

from dataclasses import replace

import torch

from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data
from eegbench.inference.description import Description
from eegbench.inference.measure import quantiles
from eegbench.inference.network import Network
from eegbench.model.base import Encoder
from eegbench.probe import Classifier
from eegbench.score.temperature import fit_temperature
from eegbench.store.shard import SHARD_VERSION


def calibrated(classifier: Classifier, known: Description, data: Data) -> Network | None:
    """Return a classifier's network with a temperature fitted on valid; None if it has no network."""
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
    """Return the description of a run's networks, without their weights."""
    table = data.part("train")
    rows = table.index.to_numpy()
    return Description(
        encoder=experiment.model.node,
        classes=data.store.classes,
        form=data.store.form,
        preprocessing=experiment.options["preprocessing"],
        steps_version=SHARD_VERSION,
        train_quantiles=quantiles(data.store, rows[~table["rejected"].to_numpy(bool)]),
        labels=data.dataset.labels,
        ignored=data.dataset.ignored,
    )
