"""The state of a training: weights, optimiser and progress, with their checkpoints."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import torch
from torch import Tensor, nn

from eegbench.config import ConfigError
from eegbench.model.base import Encoder
from eegbench.task import Task
from eegbench.trainer.base import Fit
from eegbench.trainer.checkpoint import (
    load_random_state,
    load_state,
    load_tensors,
    load_weights,
    random_state,
    save_tensors,
    state_of,
    weights_of,
)
from eegbench.trainer.mean_weights import PREFIX, MeanWeights


@dataclass
class Progress:
    """Progress of a training: all that a resumed run needs in addition to tensors.

    Attributes
    ----------
    finished_pass
        The last completed pass; −1 before pass 0.
    history
        One row per pass.
    n_steps, n_examples, n_drawn, n_dropped
        As in `eegbench.trainer.Fit`.
    best_pass, best_value
        Pass with the best monitored value, and that value.
    precision
        Precision of the encoder's forward pass.
    train_seconds
        Duration of the training steps in seconds.
    scaler
        State of the gradient scaler for fp16.
    halved
        Sizes of batches that were halved as memory ran out, by the pass from which they were used.
    """

    finished_pass: int = -1
    history: list[dict[str, Any]] = field(default_factory=list)
    n_steps: int = 0
    n_examples: int = 0
    n_drawn: int = 0
    n_dropped: int = 0
    best_pass: int = 0
    best_value: float | None = None
    precision: str = "float32"
    train_seconds: float = 0.0
    scaler: dict[str, Any] = field(default_factory=dict)
    halved: dict[str, int] = field(default_factory=dict)

    def batch_size(self, chosen: int) -> int:
        """Return the size of a batch, which was halved if memory ran out."""
        return [chosen, *self.halved.values()][-1]


@dataclass
class Session:
    """A training in progress.

    Attributes
    ----------
    encoder, task, optimizer, scaler
        Trained modules, and the objects that train them.
    folder
        Folder of the checkpoints.
    progress
        Progress of the training.
    keeps
        Whether checkpoints are written.
    mean
        Mean of the weights over the averaged passes; None before the first of them.
    """

    encoder: Encoder
    task: Task
    optimizer: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    folder: Path
    progress: Progress = field(default_factory=Progress)
    keeps: bool = True
    mean: MeanWeights | None = None

    def set_lr(self, lr: float) -> None:
        """Set the learning rate of each group of parameters to its multiple of a base rate."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr * group["lr_factor"]

    def restore(self) -> None:
        """Restore the state of an earlier session in this folder, if there is one."""
        path = self.folder / "last.safetensors"
        if not path.is_file():
            return
        tensors, facts = load_tensors(path)
        try:
            self._restore(tensors, facts)
        except (LookupError, RuntimeError, TypeError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ConfigError(
                f"{path}: this checkpoint is damaged or of another run ({reason}); remove its folder to train from the "
                "beginning."
            ) from error

    def _restore(self, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> None:
        self.progress = Progress(**facts)
        load_weights(self.encoder, self.task, tensors)
        load_state(self.optimizer, tensors)
        load_random_state(tensors)
        if any(name.startswith(PREFIX) for name in tensors):
            self.mean = MeanWeights(self.encoder, self.task)
            self.mean.load(tensors)
        if self.progress.scaler:
            self.scaler.load_state_dict(self.progress.scaler)

    def save_last(self) -> None:
        """Write a checkpoint with everything that `restore` needs."""
        if not self.keeps:
            return
        self.progress.scaler = self.scaler.state_dict()
        tensors = weights_of(self.encoder, self.task) | state_of(self.optimizer) | random_state()
        tensors |= {} if self.mean is None else self.mean.state()
        save_tensors(self.folder / "last.safetensors", tensors, asdict(self.progress))

    def save_weights(self, stem: str, facts: Mapping[str, Any] | None = None) -> None:
        """Write the weights with facts, by default the last row of the history."""
        if not self.keeps:
            return
        known = self.progress.history[-1] if facts is None else facts
        save_tensors(self.folder / f"{stem}.safetensors", weights_of(self.encoder, self.task), known)

    def add_to_mean(self) -> None:
        """Add the current weights to the mean."""
        if self.mean is None:
            self.mean = MeanWeights(self.encoder, self.task)
        self.mean.add(self.encoder, self.task)

    def load_best(self) -> None:
        """Load the weights of the best pass, if any pass was trained."""
        if self.progress.best_pass > 0:
            load_weights(self.encoder, self.task, load_tensors(self.folder / "best.safetensors")[0])

    def to_training(self) -> None:
        """Set training mode except in frozen layers, whose batch statistics must not change."""
        self.encoder.train()
        self.task.train()
        for module in self.encoder.modules():
            if _is_frozen(module, recurse=False):
                module.eval()
        for module in self.task.modules():
            if _is_frozen(module, recurse=True):  # a teacher, whose dropout is off too
                module.eval()

    def result(self, reason: str, *, final: Literal["best", "last"], averaged: Mapping[str, float | int]) -> Fit:
        """Return the record of the training, with the reason why it ended and the choice of the final weights."""
        done = self.progress
        is_best = final == "best" and done.best_pass > 0 and not averaged
        return Fit(
            history=pd.DataFrame(done.history),
            best_pass=done.best_pass,
            final_pass=done.best_pass if is_best else done.finished_pass,
            averaged=averaged,
            n_steps=done.n_steps,
            n_examples=done.n_examples,
            n_drawn=done.n_drawn,
            n_dropped=done.n_dropped,
            precision=done.precision,
            train_seconds=done.train_seconds,
            stopped=reason,
            halved={int(number): size for number, size in done.halved.items()},
        )


def _is_frozen(module: nn.Module, *, recurse: bool) -> bool:
    own = list(module.parameters(recurse))
    return bool(own) and not any(parameter.requires_grad for parameter in own)
