"""Typed options of an experiment, and the objects that are built from them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from eegbench.config import Index, Spec, Text
from eegbench.dataset import Dataset
from eegbench.interpretability import Method
from eegbench.model.base import Encoder
from eegbench.preprocessing import Preprocessing
from eegbench.probe import Probe
from eegbench.report.projection import Projection
from eegbench.sampler import Sampler
from eegbench.split.base import Split
from eegbench.store.base import ShardStorage
from eegbench.task import Task
from eegbench.tracking.base import Tracker
from eegbench.trainer import Trainer


@dataclass(frozen=True)
class Paths:
    """Output folders, and the folder of recordings of each dataset (None if they are downloaded)."""

    outputs: Text
    stores: Text
    runs: Text
    sweeps: Text
    roots: Mapping[str, Text | None]


@dataclass(frozen=True)
class Sweep:
    """Options of a sweep: its objectives, the seeds of each trial, and the number of the run in its study."""

    objective: str | tuple[str, ...]
    seeds: tuple[Index, ...]
    skip_finished: bool
    dry_run: bool
    study: Text | None
    trial: Index | None

    @property
    def objectives(self) -> tuple[str, ...]:
        """Names of the objectives."""
        return (self.objective,) if isinstance(self.objective, str) else self.objective


@dataclass(frozen=True)
class Explained:
    """Predictor and windows to explain, and frequency bands of scalp maps (name, low and high edge in Hz).

    The predictor is ``network``, ``probe`` (the main probe), the name of a probe, or ``auto``: the network if there is
    one, otherwise the main probe.
    """

    predictor: Text
    split: Literal["auto", "train", "valid", "test"]
    n_windows: int
    folder: str
    bands_hz: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Expected:
    """Subjects and window counts of a published protocol; a run with other counts stops with an error."""

    train: tuple[str, ...]
    valid: tuple[str, ...]
    test: tuple[str, ...]
    test_windows: Mapping[str, int]


@dataclass(frozen=True)
class Explanation:
    """Interpretability methods and their options.

    Attributes
    ----------
    methods
        Methods, by the name of their map.
    explained
        Predictor and windows.
    seed
        Seed for noise and for the selection of windows.
    figures
        File formats of figures.
    """

    methods: Mapping[str, Spec[Method]]
    explained: Explained
    seed: int
    figures: tuple[Literal["png", "pdf", "svg"], ...]


@dataclass(frozen=True)
class Probes:
    """Probes of an experiment.

    Attributes
    ----------
    of
        Probes by name, the main one first.
    main
        Name of the probe whose score sweeps optimise, not a control. It is also fitted during training, and saved as
        the run's model.
    every
        Number of passes between two fits during training, which are scored on valid; 0 fits after training only.
    hand_made
        Hand-made features of windows. Probes of embeddings are fitted to them as a control.
    """

    of: Mapping[str, Probe]
    main: str
    every: int
    hand_made: Spec[Encoder]

    @property
    def of_encoder(self) -> Mapping[str, Probe]:
        """Probes of the encoder. The others are controls, which are fitted to the windows."""
        return {name: probe for name, probe in self.of.items() if probe.needs != "windows"}


@dataclass(frozen=True)
class Experiment:
    """Options of one run, and the objects built from them.

    Objects that do not depend on the data are built first, so that invalid values raise an error before recordings are
    read. `model`, `task` and the hand-made features are built when the form of the windows is known.

    Attributes
    ----------
    options
        All options as plain values. They are used for ``config.yaml``, the tracker and the identity of a run only.
    dataset, preprocessing, storage, split, sampler, model, task, trainer, tracker, probes, explanation
        Objects and specifications that the options of these names select.
    sweep, paths, expected, published
        Options of these names; see their classes.
    seed
        Seed for initial weights and sampling.
    name
        Name of the experiment in the tracker.
    device
        ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
    deterministic
        Whether repetitions of a run give bit-identical results.
    encoder
        Folder of a finished run from which the encoder is loaded; None starts from random weights.
    trainable
        Layers of that encoder that are trained. With a checkpoint, also layers of the task (``task.head``).
    checkpoint
        Checkpoint of that run from which the weights of encoder and task are loaded; None loads the saved encoder.
    projections
        Projections of embeddings, each with a figure.
    """

    options: Mapping[str, Any]
    dataset: Dataset
    preprocessing: Preprocessing
    storage: ShardStorage
    split: Split
    sampler: Sampler
    model: Spec[Encoder]
    task: Spec[Task]
    trainer: Trainer
    tracker: Tracker
    probes: Probes
    explanation: Explanation
    sweep: Sweep
    paths: Paths
    expected: Expected | None
    published: Mapping[str, str] | None
    seed: int
    name: str
    device: str
    deterministic: bool
    encoder: Path | None
    trainable: Literal["all", "none"] | tuple[str, ...]
    checkpoint: str | None
    projections: tuple[Projection, ...]

    @property
    def trusted(self) -> tuple[str, ...]:
        """Modules of the user whose classes may be built."""
        return self.model.trusted

    @property
    def data_key(self) -> str:
        """Text that is equal for experiments on the same recordings with the same preprocessing."""
        parts = {name: self.options[name] for name in ("dataset", "preprocessing", "store")}
        return json.dumps(parts, sort_keys=True, default=str)

    @property
    def choices(self) -> dict[str, str]:
        """Names of the options chosen for dataset, task and model."""
        return {
            "dataset": self.dataset.name,
            "task": self.task.option,
            "model": self.model.option,
        }
