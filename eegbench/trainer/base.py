"""Base class of trainers, with the material that they train on and a record of what they did."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
"""Function from a pass's row of the history to columns to add to it, such as a probe's score on valid."""


class NonFiniteLossError(ValueError):
    """Raised if the loss becomes infinite or not a number; the last good checkpoint is preserved."""


@dataclass(frozen=True)
class Material:
    """Data to train on.

    Attributes
    ----------
    store
        Gathers the windows.
    train, valid
        Rows of the store's table for training and validation.
    sampler
        Draws the examples of a pass from such rows.
    seed
        Seed; together with the number of the pass, it determines the examples drawn.
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
        """Draw the examples of validation, the same in every pass; empty if there are no validation windows."""
        if len(self.valid) == 0:
            like = self.draw(1)
            return Draw(like.windows[:0], like.targets[:0])
        return self.sampler.draw(self.valid, np.random.default_rng([self.seed, 0]))


@dataclass(frozen=True)
class Fit:
    """Record of a training.

    Attributes
    ----------
    history
        One row per pass, starting with pass 0, before training.
    best_pass
        Pass with the best monitored value; 0 if no pass was trained.
    final_pass
        Pass of the encoder's final weights; for averaged weights, the last pass in the mean.
    n_steps, n_examples
        Number of optimiser steps, and of examples in them.
    n_drawn, n_dropped
        Number of examples drawn, and of requested examples that the sampler could not draw.
    precision
        Precision of the encoder's forward pass.
    train_seconds
        Duration of the training steps in seconds, without validation and what runs after a pass.
    stopped
        Reason why training ended, as a phrase.
    averaged
        For averaged weights: ``n_passes``, the number of passes in the mean, and the validation results with the mean,
        named as in the history. Empty for the weights of one pass.
    notes
        Facts about the training that a reader of the scores needs.
    halved
        Sizes of batches that were halved as memory ran out, by the pass from which they were used.
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
    notes: tuple[str, ...] = ()
    halved: Mapping[int, int] = field(default_factory=dict)


class Trainer(ABC):
    """Interface of trainers, which fit an encoder and a task.

    Attributes
    ----------
    joins_processes
        Whether several processes, started by ``torchrun``, train one encoder together.
    max_passes
        Maximum number of passes; 0 trains nothing.
    batch_size
        Maximum number of examples per step.
    monitor
        Column of the history that decides which pass is best. It is measured on valid.
    """

    joins_processes: ClassVar[bool]
    max_passes: int
    batch_size: int
    monitor: str

    @abstractmethod
    def check_device(self, device: torch.device) -> None:
        """Raise an error if these options cannot train on a device.

        Raises
        ------
        ValueError
            With the option to change.
        """

    @abstractmethod
    def batches(self, draw: Draw) -> list[slice]:
        """Cut a draw into batches of complete blocks, without omitting examples."""

    @abstractmethod
    def fit(self, encoder: Encoder, task: Task, material: Material, *, folder: Path, after_pass: AfterPass) -> Fit:
        """Train, and load the final weights into encoder and task: those of one pass, or the mean of several.

        Parameters
        ----------
        encoder, task
            Changed in place. The task must have been started (`eegbench.task.Task.start`).
        material
            Data to train on.
        folder
            Folder of the checkpoints; training continues from an existing one.
        after_pass
            Called after each pass.

        Raises
        ------
        NonFiniteLossError
            If the loss is not finite.
        """
