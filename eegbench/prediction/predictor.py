"""A saved network, ready for new recordings: with the preprocessing that it was trained on."""

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
from eegbench.prediction.renamed import Renamed
from eegbench.preprocessing import Preprocessing
from eegbench.preprocessing.base import SignalSteps
from eegbench.score.consensus import STAGES
from eegbench.store.shard import SHARD_VERSION

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Predictor:
    """A saved network, and how recordings are prepared for it.

    Attributes
    ----------
    name
        ``network``, or the name of a probe.
    network
        In evaluation mode.
    preprocessing
        As in training.
    device
        Where it computes.
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
        """Whether the classes are the five stages of sleep."""
        return set(self.classes) == set(STAGES)

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels that are read for all groups of signals."""
        plans = self.signal.group_plans.values()
        return tuple(dict.fromkeys(channel for plan in plans for channel in plan.channels or ()))

    @property
    def signal(self) -> SignalSteps:
        """What is done to the signal, so that it has the channels and rates of the network."""
        return self.preprocessing.signal.giving(self.network.description.form)

    def reading(self, dataset: Dataset, aliases: Mapping[str, str]) -> Renamed:
        """Return a dataset under the names of the network's channels and classes.

        Parameters
        ----------
        dataset
            Reads recordings.
        aliases
            See `eegbench.prediction.renamed.Renamed`.

        Raises
        ------
        ValueError
            Where windows begin at cues and it reads no labels, or names or classes are not the network's.
        """
        self.check_cues(dataset)
        return Renamed(dataset, channels=self.channels, aliases=aliases, classes=self.classes)

    def check_cues(self, dataset: Dataset) -> None:
        """Refuse recordings that are read without labels, where windows begin at cues.

        Raises
        ------
        ValueError
            Saying what to set.
        """
        if self.preprocessing.needs_labels and isinstance(dataset, Recordings) and dataset.labels_from is None:
            raise ValueError(
                "the network was trained on trials that cues begin, so it answers at cues only: say where they are by "
                "--labels annotations (or triggers, or '*.csv') and, where they are called otherwise than in training, "
                "'dataset.labels={TEXT: CLASS, …}'."
            )


def load_predictor(folder: Path, name: str, *, trusted: Sequence[str], device: torch.device) -> Predictor:
    """Load a saved network; its files are read as data, and no class outside eegbench is built that is not trusted.

    Parameters
    ----------
    folder
        Holds ``model.json`` and ``model.safetensors``.
    name
        What the predictor is called.
    trusted
        Modules of the user's whose classes may be built.
    device
        Where it computes.

    Raises
    ------
    FileNotFoundError
        Where the folder holds no network.
    ConfigError
        Where the network has no head, or its files are not accepted.
    """
    known = describe(folder)
    if not known.classes:
        raise ConfigError(
            f"{folder}: the encoder has no head here, so it predicts nothing (nearest neighbours have none, and a run "
            "without labels neither); choose another predictor of the run with --predictor NAME, or train one: "
            "eegbench train … 'probe=[linear]'."
        )
    if "_target_" not in known.preprocessing:
        raise ConfigError(f"{folder / 'model.json'}: does not say how signals are preprocessed; make the run again.")
    if known.steps_version != SHARD_VERSION:
        _log.info(
            "The network was trained on signals of version %d of the preprocessing, and this is version %d: "
            "probabilities may differ slightly (CHANGELOG.md says what changed).",
            *(known.steps_version, SHARD_VERSION),
        )
    if not any(known.train_quantiles.values()):
        _log.info(
            "Recordings are not compared with those that the network was trained on: it keeps nothing of them "
            "(train_quantiles in its model.json is empty, as for published weights). Check gain, montage and filter."
        )
    network = load_network(folder, Spec(known.encoder, Encoder, "model", tuple(trusted)))
    try:
        preprocessing = build(known.preprocessing, Preprocessing, path="preprocessing", trusted=trusted)
    except ConfigError as error:
        raise ConfigError(f"{folder / 'model.json'}: {error} A network of another version is trained again.") from error
    return Predictor(name, network.to(device), preprocessing, device)
