"""The loop in several processes, each on its device, with a share of every batch."""

from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from eegbench import distributed
from eegbench.environment import seed_process
from eegbench.model.base import Encoder
from eegbench.task import Task
from eegbench.trainer.base import AfterPass, Fit, Material
from eegbench.trainer.batch_norm import synchronised
from eegbench.trainer.loop import Loop
from eegbench.trainer.session import Session
from eegbench.types import Draw


class Ddp(Loop):
    """Train as `Loop` does, in all processes that `torchrun` started, as one.

    Each process draws the same pass and trains on its share of each batch, so ``batch_size`` counts the examples of
    all processes. Each process divides its sum of losses by the number of losses of all processes, and gradients are
    summed, so each step equals that of the undivided batch for any division. Batch normalisation uses all shares; a
    window in two of them counts twice. Gradients are summed in one message after the backward pass instead of by
    torch's DistributedDataParallel, so a task may leave parameters of the encoder unused. Only process 0 writes
    checkpoints and calls ``after_pass``; its result is sent to all processes, so that all stop after the same pass.

    Parameters are those of `Loop`.
    """

    joins_processes: ClassVar[bool] = True

    def fit(self, encoder: Encoder, task: Task, material: Material, *, folder: Path, after_pass: AfterPass) -> Fit:
        """Train, and load the final weights into encoder and task in every process.

        See `eegbench.trainer.Trainer.fit`. After an interruption, a call with the same arguments and number of
        processes continues after the last completed pass and, on a CPU, ends with the same bits.
        """
        with synchronised(encoder, task):
            return super().fit(
                encoder,
                task,
                material,
                folder=folder,
                after_pass=lambda row: distributed.from_main(lambda: {**row, **after_pass(row)}),
            )

    def check_device(self, device: torch.device) -> None:
        """Raise an error for options of a single process. See `eegbench.trainer.Trainer.check_device`."""
        super().check_device(device)
        if self.on_oom == "halve":
            raise ValueError("trainer.on_oom=halve needs a single process: set trainer=loop, or trainer.on_oom=raise.")

    def _begin(self, encoder: Encoder, task: Task, folder: Path) -> Session:
        session = super()._begin(encoder, task, folder)
        session.keeps = distributed.is_main()
        distributed.broadcast_weights(encoder, task)
        return session

    def _pass(self, session: Session, material: Material, valid: Draw) -> dict[str, Any]:
        _seed(session, material)
        return super()._pass(session, material, valid)

    def _average(self, session: Session, material: Material, valid: Draw) -> dict[str, float | int]:
        _seed(session, material)
        return super()._average(session, material, valid)

    def _share(self, part: slice, block: int) -> slice:
        return distributed.share(part, block)

    def _backward(self, loss: Tensor, session: Session) -> None:
        super()._backward(loss, session)
        distributed.total_gradients(p for group in session.optimizer.param_groups for p in group["params"])

    def _record(self, row: dict[str, Any], session: Session) -> None:
        super()._record(row, session)
        distributed.barrier()  # the checkpoint is written before any process continues


def _seed(session: Session, material: Material) -> None:
    """Seed all processes except 0, whose random state is in the checkpoint, for the next pass."""
    if not distributed.is_main():
        seed_process(material.seed, session.progress.finished_pass + 1, distributed.rank())
