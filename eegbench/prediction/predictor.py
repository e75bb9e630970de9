"""A saved network with the preprocessing of its training, for use on new recordings."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from eegbench.config import ConfigError, Spec, build
from eegbench.dataset import Dataset
from eegbench.dataset.recordings import Recordings
from eegbench.inference.network import Network, describe, load_network
from eegbench.model.base import Encoder
from eegbench.prediction.renamed_dataset import Renamed
from eegbench.preprocessing import Preprocessing
from eegbench.preprocessing.base import SignalSteps
from eegbench.score.consensus import STAGES
from eegbench.store.shard import SHARD_VERSION

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Predictor:
    """A saved network, and the preprocessing of recordings for it.

    Attributes
    ----------
    name
        ``network``, or the name of a probe.
    network
        Network in evaluation mode.
    preprocessing
        Preprocessing as in training.
    device
        Device of the network.
    """

    name: str
    network: Network
    preprocessing: Preprocessing
    device: torch.device

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, in the order of the network's outputs."""
        return self.network.classes

    @property
    def stages_sleep(self) -> bool:
        """True if the classes are the five sleep stages."""
        return set(self.classes) == set(STAGES)

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels to read, over all groups of signals."""
        plans = self.signal.group_plans.values()
        return tuple(dict.fromkeys(channel for plan in plans for channel in plan.channels or ()))

    @property
    def signal(self) -> SignalSteps:
        """Steps for the signal, which give the channels and rates of the network."""
        return self.preprocessing.signal.giving(self.network.description.form)

    def reading(self, dataset: Dataset, aliases: Mapping[str, str]) -> Renamed:
        """Return a dataset with the channel names and classes of the network.

        Parameters
        ----------
        dataset
            Dataset of the recordings.
        aliases
            See `eegbench.prediction.renamed_dataset.Renamed`.

        Raises
        ------
        ValueError
            If windows begin at cues but the dataset has no labels, or names or classes are not those of the network.
        """
        self.check_cues(dataset)
        classes = self.classes or dataset.classes  # an encoder without a head has none of its own
        return Renamed(dataset, channels=self.channels, aliases=aliases, classes=classes)

    def check_cues(self, dataset: Dataset) -> None:
        """Raise an error for recordings without labels if windows begin at cues.

        Raises
        ------
        ValueError
            With the options to set.
        """
        if self.preprocessing.needs_labels and isinstance(dataset, Recordings) and dataset.labels_from is None:
            raise ValueError(
                "the network was trained on trials that begin at cues, so it needs cues: give them with "
                "--labels annotations (or triggers, or '*.csv') and, if their texts differ from those in training, "
                "'dataset.labels={TEXT: CLASS, …}'."
            )


def load_predictor(folder: Path, name: str, *, trusted: Sequence[str], device: torch.device) -> Predictor:
    """Load a saved network with a head; its files are read as data, and only trusted classes are built.

    The arguments are those of `load_encoder`.

    Raises
    ------
    FileNotFoundError
        If the folder contains no network.
    ConfigError
        If the network has no head, or its files are not accepted.
    """
    known = describe(folder)
    if not known.classes:
        raise ConfigError(
            f"{folder}: the encoder is saved without a head, so it cannot predict (nearest neighbours and runs without "
            "labels have no head); choose another predictor of the run with --predictor NAME, or train one: "
            "eegbench train … 'probe=[linear]'."
        )
    found = load_encoder(folder, name, trusted=trusted, device=device)
    if not any(known.train_quantiles.values()):
        _log.info(
            "Recordings are not compared with the training data, because the network contains no description of them "
            "(train_quantiles in its model.json is empty, as for published weights). Check gain, montage and filter."
        )
    return found


def load_encoder(folder: Path, name: str, *, trusted: Sequence[str], device: torch.device) -> Predictor:
    """Load a saved network, which may have no head, for the embeddings of recordings.

    Parameters
    ----------
    folder
        Folder of ``model.json`` and ``model.safetensors``.
    name
        Name of the predictor.
    trusted
        User modules whose classes may be built; of others, only classes of eegbench are built.
    device
        Device of the network.

    Raises
    ------
    FileNotFoundError
        If the folder contains no network.
    ConfigError
        If its files are not accepted.
    """
    known = describe(folder)
    if "_target_" not in known.preprocessing:
        raise ConfigError(f"{folder / 'model.json'}: the preprocessing of signals is missing; repeat the run.")
    if known.steps_version != SHARD_VERSION:
        _log.info(
            "The network was trained on signals of version %d of the preprocessing, but this is version %d: "
            "probabilities may differ slightly (see CHANGELOG.md).",
            *(known.steps_version, SHARD_VERSION),
        )
    network = load_network(folder, Spec(known.encoder, Encoder, "model", tuple(trusted)))
    try:
        preprocessing = build(known.preprocessing, Preprocessing, path="preprocessing", trusted=trusted)
    except ConfigError as error:
        raise ConfigError(
            f"{folder / 'model.json'}: {error} Networks of another version must be trained again."
        ) from error
    return Predictor(name, network.to(device), preprocessing, device)
