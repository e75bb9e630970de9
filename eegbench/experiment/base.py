"""An experiment as its options describe it: typed, checked, and frozen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from eegbench.config import Spec
from eegbench.dataset import Dataset
from eegbench.interpretability import Method
from eegbench.model.base import Encoder
from eegbench.preprocessing import Preprocessing
from eegbench.probe import Probe
from eegbench.sampler import Sampler
from eegbench.split.base import Split
from eegbench.store.base import ShardStorage
from eegbench.task import Task
from eegbench.tracking.base import Tracker
from eegbench.trainer import Trainer


@dataclass(frozen=True)
class Paths:
    """Where things are written, and the folders of recordings by dataset (None where they are fetched)."""

    outputs: str
    stores: str
    runs: str
    sweeps: str
    roots: Mapping[str, str | None]


@dataclass(frozen=True)
class Sweep:
    """The objectives of a sweep, the seeds of each trial, and the run's number in its study."""

    objective: str | tuple[str, ...]
    seeds: tuple[int, ...]
    skip_finished: bool
    dry_run: bool
    study: str | None
    trial: int | None

    @property
    def objectives(self) -> tuple[str, ...]:
        """Names of what the sweep seeks."""
        return (self.objective,) if isinstance(self.objective, str) else self.objective


@dataclass(frozen=True)
class Explained:
    """What of a run is explained, on which windows, and the bands of scalp maps (name, low and high edge in Hz).

    The predictor is ``network``, ``probe`` (the main one), the name of a probe, or ``auto``: the network where there
    is one, else the main probe.
    """

    predictor: str
    split: Literal["auto", "train", "valid", "test"]
    n_windows: int
    folder: str
    bands_hz: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Expected:
    """The splits and window counts of a published protocol; a run with others stops with an error."""

    train: tuple[str, ...]
    valid: tuple[str, ...]
    test: tuple[str, ...]
    test_windows: Mapping[str, int]


@dataclass(frozen=True)
class Explanation:
    """How networks are explained.

    Attributes
    ----------
    methods
        The methods, by the names of their maps.
    explained
        What is explained, and on which windows.
    seed
        Of noise and of the windows that are drawn.
    figures
        Formats of figures.
    """

    methods: Mapping[str, Spec[Method]]
    explained: Explained
    seed: int
    figures: tuple[Literal["png", "pdf", "svg"], ...]


@dataclass(frozen=True)
class Probes:
    """What is asked of the encoder with labels.

    Attributes
    ----------
    of
        The probes by their names, the main one first.
    main
        Name of the probe that sweeps seek, that is fitted during training and saved as the run's model.
    every
        Passes from one fit for valid to the next; 0 fits at the end only.
    hand_made
        Features of windows, to which probes of embeddings are fitted as a control.
    """

    of: Mapping[str, Probe]
    main: str
    every: int
    hand_made: Spec[Encoder]


@dataclass(frozen=True)
class Experiment:
    """One training with its probes and scores.

    What needs no data is built: values that cannot be are refused before any is read. `model`, `task` and the
    hand-made features are built once the form of the windows is known.

    Attributes
    ----------
    options
        All options as plain values, for ``config.yaml``, the tracker and the identity of a run, and for nothing else.
    dataset, preprocessing, storage, split, sampler, model, task, trainer, tracker, probes, explanation
        The parts.
    sweep, paths, expected, published
        As in the options; see their classes.
    seed
        Of initial weights and of what is drawn.
    name
        Of the tracker's experiment.
    device
        ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
    deterministic
        Whether the same run gives the same bits.
    encoder
        Folder of a finished run whose encoder to start from; None starts from random weights.
    trainable
        Which layers of that encoder are trained, and of the task (``task.head``) where it starts from a checkpoint.
    checkpoint
        Of that run: the pass whose weights encoder and task start from; None takes the encoder that the run kept.
    projection
        Of the embeddings' figure.
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
    projection: Literal["pca", "tsne"]

    @property
    def trusted(self) -> tuple[str, ...]:
        """Modules of the user's whose classes may be built."""
        return self.model.trusted

    @property
    def data_key(self) -> str:
        """Text that is the same for experiments on the same recordings with the same preprocessing."""
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
