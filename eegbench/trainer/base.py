"""What a trainer promises: it fits encoder and task to material, and says what it really did."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch

from eegbench.model.base import Encoder
from eegbench.sampler.base import Sampler
from eegbench.store.base import WindowStore
from eegbench.task import Task
from eegbench.types import Draw

AfterPass = Callable[[Mapping[str, Any]], Mapping[str, float]]
"""Takes a pass's row of the history; returns what joins it, say a probe's score on valid."""


class NonFiniteLossError(ValueError):
    """The loss became infinite or not a number; the last good checkpoint is still there."""


@dataclass(frozen=True)
class Material:
    """What is trained on.

    Attributes
    ----------
    store
        Gathers the windows.
    train, valid
        Parts of the store's table.
    sampler
        Draws a pass from a part.
    seed
        With the number of the pass it decides what is drawn.
    """

    store: WindowStore
    train: pd.DataFrame
    valid: pd.DataFrame
    sampler: Sampler
    seed: int

    def draw(self, number: int) -> Draw:
        """Draw the examples of a training pass, counted from 1."""
        return self.sampler.draw(self.train, np.random.default_rng([self.seed, number]))

    def draw_valid(self) -> Draw:
        """Draw the examples of validation, the same in every pass; none where nobody validates."""
        if len(self.valid) == 0:
            like = self.draw(1)
            return Draw(like.windows[:0], like.targets[:0])
        return self.sampler.draw(self.valid, np.random.default_rng([self.seed, 0]))


@dataclass(frozen=True)
class Fit:
    """What training did.

    Attributes
    ----------
    history
        A row a pass, from pass 0, before training.
    best_pass
        The pass in which the monitored value was best; 0 where none was trained.
    final_pass
        The pass whose weights the encoder has now; where they are averaged, the last pass in the mean.
    n_steps, n_examples
        Steps of the optimiser, and examples in them.
    n_drawn, n_dropped
        Examples drawn, and those the sampler was asked for and could not draw.
    precision
        Numbers that the encoder's forward pass was made in.
    train_seconds
        Time of the training steps alone, validation and what follows a pass left out.
    stopped
        Why it ended, in words.
    averaged
        Where the encoder has averaged weights: ``n_passes``, how many are averaged, and what validation with them
        found, as in the history. Empty where it has those of one pass.
    """

    history: pd.DataFrame
    best_pass: int
    final_pass: int
    n_steps: int
    n_examples: int
    n_drawn: int
    n_dropped: int
    precision: str
    train_seconds: float
    stopped: str
    averaged: Mapping[str, float | int]


class Trainer(ABC):
    """Fits encoder and task.

    Attributes
    ----------
    joins_processes
        Whether several processes, started by ``torchrun``, train one encoder together.
    max_passes
        Number of passes at most; 0 trains nothing.
    batch_size
        Examples of a step at most.
    monitor
        Column of the history that decides which pass is best. It is measured on valid.
    """

    joins_processes: ClassVar[bool]
    max_passes: int
    batch_size: int
    monitor: str

    @abstractmethod
    def check_device(self, device: torch.device) -> None:
        """Refuse a device on which these options cannot train.

        Raises
        ------
        ValueError
            Saying what to set.
        """

    @abstractmethod
    def batches(self, draw: Draw) -> list[slice]:
        """Cut a draw into batches of whole blocks, and leave no example out."""

    @abstractmethod
    def fit(self, encoder: Encoder, task: Task, material: Material, *, folder: Path, after_pass: AfterPass) -> Fit:
        """Train, and leave the weights in encoder and task that the options say: of one pass, or the mean of several.

        Parameters
        ----------
        encoder, task
            Changed in place. The task was started (`eegbench.task.Task.start`).
        material
            What to train on.
        folder
            Takes the checkpoints; one that is there already is continued from.
        after_pass
            Called once a pass.

        Raises
        ------
        NonFiniteLossError
            Where the loss is not finite.
        """
