"""A training loop on one device: each pass has training steps, a validation, a report and checkpoints."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from eegbench.config import Index, Positive, Size, Text
from eegbench.distributed import world_size
from eegbench.model.base import Encoder
from eegbench.task import Task
from eegbench.task.evaluation import ask
from eegbench.trainer.averaging import Averaging
from eegbench.trainer.base import AfterPass, Fit, Material, Trainer
from eegbench.trainer.batch_norm import statistics_anew
from eegbench.trainer.batch_outcomes import cut_batches, outcomes, without_short
from eegbench.trainer.early_stopping import EarlyStopping, StopWhen
from eegbench.trainer.optimizer import check_optimizer
from eegbench.trainer.out_of_memory import OnOom, halved, halving_notes, is_out_of_memory
from eegbench.trainer.penalty import Penalty
from eegbench.trainer.precision import Precision, autocast, check_precision, choose
from eegbench.trainer.schedule import Schedule
from eegbench.trainer.session import Session
from eegbench.trainer.tally import Tally, mean_loss
from eegbench.trainer.weight_decay import Decayed, parameter_groups
from eegbench.types import Draw


class Loop(Trainer):
    """Train in passes, in one process on one device.

    Parameters
    ----------
    lr
        Learning rate at a schedule factor of 1.
    optimizer
        Function that creates a torch optimiser from parameters and ``lr``.
    decayed
        Parameters with weight decay: ``all``, or ``weights`` without biases, scales of normalisation layers,
        positions and class tokens. Groups of a task with a weight decay of their own keep it.
    schedule
        Factor on the learning rate at each step.
    batch_size
        Number of examples per step.
    short_batch
        Treatment of a shorter last batch of a pass: ``keep`` it, ``drop`` it (unless it is the only one), or ``spread``
        the examples over the number of batches closest to ``batch_size``, with sizes that differ by one at most.
    max_passes
        Maximum number of passes; 0 does not change the encoder.
    patience, stop_when, monitor
        As in `eegbench.trainer.early_stopping.EarlyStopping`.
    averaging
        Passes whose weights are averaged: ``trainer/averaging=swa``. If training reaches the first of them, the encoder
        has their mean after training, with re-estimated batch statistics.
    final
        Otherwise, the pass whose weights the encoder has after training: the best by ``monitor``, or the last.
    keep
        Checkpoints to keep: ``best_last``, or n to keep every n-th pass in addition to these two.
    precision
        Precision of the encoder's forward pass: float32, or automatic mixed precision in bf16 or fp16. ``auto`` uses
        bf16 on a CPU with instructions for it, for encoders that were found to score the same, otherwise float32.
    clip_norm
        Maximum norm of the gradient; None disables clipping.
    penalties
        Penalties added to the loss of each step, by name: ``+trainer/penalty@trainer.penalties.NAME=…``.
    on_oom
        What to do if memory runs out in a pass: ``raise`` an error, or ``halve`` ``batch_size`` and repeat the pass.
    """

    joins_processes: ClassVar[bool] = False

    def __init__(  # noqa: PLR0913  options of one loop, flat for typing
        self,
        *,
        lr: Positive,
        optimizer: Callable[..., torch.optim.Optimizer],
        decayed: Decayed,
        schedule: Schedule,
        averaging: Averaging,
        batch_size: Size,
        short_batch: Literal["keep", "drop", "spread"],
        max_passes: Index,
        patience: int | None,
        stop_when: StopWhen,
        monitor: Text,
        final: Literal["best", "last"],
        keep: Literal["best_last"] | Size,
        precision: Precision,
        clip_norm: Positive | None,
        penalties: Mapping[str, Penalty],
        on_oom: OnOom,
    ) -> None:
        check_optimizer(optimizer, lr)
        averaging.check(max_passes)
        self.lr, self.optimizer, self.decayed = lr, optimizer, decayed
        self.schedule, self.averaging, self.monitor, self.final = schedule, averaging, monitor, final
        self.batch_size, self.short_batch, self.max_passes = batch_size, short_batch, max_passes
        self.early_stopping, self.precision = EarlyStopping(monitor, patience, stop_when), precision
        self.keep, self.clip_norm, self.penalties = keep, clip_norm, tuple(penalties.values())
        self.on_oom, self._chosen_size = on_oom, batch_size

    def fit(self, encoder: Encoder, task: Task, material: Material, *, folder: Path, after_pass: AfterPass) -> Fit:
        """Train, and load the final weights into encoder and task: the mean, or those of the best or the last pass.

        See `eegbench.trainer.Trainer.fit`. After an interruption, a call with the same arguments and folder continues
        after the last completed pass and, on a CPU, ends with the same bits.
        """
        self.check_device(material.store.device)
        session = self._begin(encoder, task, folder)
        valid = material.draw_valid()
        while not (reason := self._reason_to_stop(session)):
            row = self._pass_in_memory(session, material, valid)
            self._record({**row, **after_pass(row)}, session)
        averaged = self._average(session, material, valid)
        if self.final == "best" and not averaged:
            session.load_best()
        fit = session.result(reason, final=self.final, averaged=averaged)
        notes = (self.schedule.shortfall(fit.n_steps), *halving_notes(fit.halved))
        return replace(fit, notes=tuple(note for note in notes if note))

    def _begin(self, encoder: Encoder, task: Task, folder: Path) -> Session:
        scaler = torch.amp.GradScaler(enabled=self.precision == "fp16")
        groups = parameter_groups(encoder, task, self.decayed)
        optimizer = self.optimizer([group.options(self.lr) for group in groups], lr=self.lr)
        session = Session(encoder, task, optimizer, scaler, folder)
        session.progress.precision = choose(self.precision, encoder)
        session.restore()  # includes the precision it started with
        self.batch_size = session.progress.batch_size(self._chosen_size)
        return session

    def _pass_in_memory(self, session: Session, material: Material, valid: Draw) -> dict[str, Any]:
        """Do one pass; where memory runs out, do as `on_oom` says."""
        number = session.progress.finished_pass + 1
        try:
            return self._pass(session, material, valid)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            smaller = halved(self.batch_size, number, self.on_oom, error, least=session.task.least_batch)
        session.restore()  # what the interrupted pass changed is undone
        session.progress.halved[str(number)] = self.batch_size = smaller
        return self._pass_in_memory(session, material, valid)

    def _pass(self, session: Session, material: Material, valid: Draw) -> dict[str, Any]:
        """Train for one pass (none in pass 0), validate, and return the history's row."""
        began = time.monotonic()
        names = ("loss", *session.task.metrics)
        row: dict[str, Any] = {"pass": session.progress.finished_pass + 1} | {f"train_{name}": None for name in names}
        if row["pass"] > 0:
            row |= self._train(session, material, material.draw(row["pass"]))
        row |= self._validate(session, material, valid)
        row |= {"lr": session.optimizer.param_groups[0]["lr"]}
        row |= {"n_steps": session.progress.n_steps, "n_examples": session.progress.n_examples}
        return row | {"seconds": round(time.monotonic() - began, 3)}

    def _train(self, session: Session, material: Material, draw: Draw) -> dict[str, float]:
        began = time.monotonic()
        session.to_training()
        progress, tally = session.progress, Tally(session.task.metrics, material.store.device)
        number = progress.finished_pass + 1
        progress.n_drawn, progress.n_dropped = progress.n_drawn + len(draw), progress.n_dropped + draw.n_dropped
        batches = self._full(draw)
        shares = [self._share(part, draw.block) for part in batches]
        every = outcomes(session, material, draw, shares, f"pass {number} of {self.max_passes}")
        for part, (outcome, generator) in zip(batches, every, strict=True):
            factor = self.schedule.factor(progress.n_steps, steps_of_pass=len(batches), max_passes=self.max_passes)
            session.set_lr(self.lr * factor)
            self._step(mean_loss(outcome) + self._penalty(session), session, generator)
            tally.add(outcome)
            progress.n_steps += 1
            progress.n_examples += part.stop - part.start
        means = tally.means("train", number)  # synchronises with the device
        progress.train_seconds += time.monotonic() - began
        return means

    def _step(self, loss: Tensor, session: Session, generator: torch.Generator) -> None:
        optimizer, scaler = session.optimizer, session.scaler
        optimizer.zero_grad(set_to_none=True)
        self._backward(loss, session)
        if self.clip_norm is not None:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], self.clip_norm)
        scaler.step(optimizer)
        scaler.update()
        session.encoder.after_step()
        session.task.after_step(session.encoder, generator)

    def _penalty(self, session: Session) -> Tensor | float:
        """Return this process's share of the penalties; gradients are summed over processes."""
        return sum(penalty(session.encoder, session.task) for penalty in self.penalties) / world_size()

    def _share(self, part: slice, block: int) -> slice:  # noqa: ARG002  used by Ddp
        """Return this process's share of a batch: all of it in a single process."""
        return part

    def _backward(self, loss: Tensor, session: Session) -> None:
        """Compute the gradients of the complete batch's loss."""
        session.scaler.scale(loss).backward()

    def _validate(self, session: Session, material: Material, draw: Draw) -> dict[str, float]:
        parts = session.task.parts(draw, self.batches(draw))
        shares = [self._share(part, draw.block) for part in parts]
        tally = Tally(session.task.metrics, material.store.device)
        with autocast(session.progress.precision, material.store.device):
            for outcome in ask(session.encoder, session.task, material.store, draw, shares, seed=material.seed):
                tally.add(outcome)
        return tally.means("valid", session.progress.finished_pass + 1)

    def batches(self, draw: Draw) -> list[slice]:
        """Cut a draw into batches of complete blocks, without omitting examples."""
        return cut_batches(draw, self.batch_size, is_even=self.short_batch == "spread")

    def _full(self, draw: Draw) -> list[slice]:
        """Return the training batches, without a shorter last one if it is to be dropped."""
        batches = self.batches(draw)
        return without_short(batches) if self.short_batch == "drop" else batches

    def check_device(self, device: torch.device) -> None:
        """Raise an error for fp16 on a CPU. See `eegbench.trainer.Trainer.check_device`."""
        check_precision(self.precision, device)

    def _average(self, session: Session, material: Material, valid: Draw) -> dict[str, float | int]:
        """Load the mean of the weights into encoder and task, and return its facts; empty without a mean."""
        if session.mean is None:
            return {}
        session.mean.put(session.encoder, session.task)
        self._measure_statistics(session, material)
        known = {"n_passes": session.mean.n_passes} | self._validate(session, material, valid)
        session.save_weights("averaged", known)
        return known

    @torch.no_grad()
    def _measure_statistics(self, session: Session, material: Material) -> None:
        """Re-estimate batch statistics on the windows of an additional pass; labels are not used."""
        session.to_training()
        with statistics_anew(session.encoder, session.task) as are_there:
            if are_there:
                draw = material.draw(session.progress.finished_pass + 1)
                shares = [self._share(part, draw.block) for part in self._full(draw)]
                for _ in outcomes(session, material, draw, shares, "batch statistics of the mean weights"):
                    pass

    def _record(self, row: dict[str, Any], session: Session) -> None:
        """Add a pass to the history and write its checkpoints: best, every n-th, and last."""
        progress, number = session.progress, row["pass"]
        is_better = number > 0 and self.early_stopping.is_better(row, progress)
        progress.history.append(row)
        progress.finished_pass = number
        if is_better:
            progress.best_pass, progress.best_value = number, float(row[self.monitor])
            session.save_weights("best")
        if self.averaging.counts(number):
            session.add_to_mean()
        if isinstance(self.keep, int) and number > 0 and number % self.keep == 0:
            session.save_weights(f"pass-{number:04d}")
        session.save_last()

    def _reason_to_stop(self, session: Session) -> str:
        if session.progress.finished_pass >= self.max_passes:
            return f"trainer.max_passes={self.max_passes} reached"
        reason = self.early_stopping.reason(session.progress)
        is_too_early = reason and session.mean is None and self.averaging.counts(self.max_passes)
        return f"{reason}, before the first pass whose weights are averaged" if is_too_early else reason
