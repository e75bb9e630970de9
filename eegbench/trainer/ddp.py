"""The loop in several processes, each on its device: every one takes its share of each batch."""

from pathlib import Path
from typing import Any, ClassVar

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
    """Trains as `Loop` does, in all processes that `torchrun` started, as one.

    Each process draws the same pass and trains on its share of each batch, so ``batch_size`` counts the examples of
    all. Each process's sum of losses is divided by the number of losses of all, and gradients are added up, so that
    each step is that of the whole batch, whatever the shares. Batch normalisation sees all shares; a window that
    stands in two of them counts twice. Gradients are added after the backward pass, in one message, rather than by
    torch's DistributedDataParallel: a task may then leave parameters of the encoder unused. Process 0 alone keeps
    checkpoints and calls ``after_pass``; what it returns is known to all, so that all stop at the same pass.

    Parameters are those of `Loop`.
    """

    joins_processes: ClassVar[bool] = True

    def fit(self, encoder: Encoder, task: Task, material: Material, *, folder: Path, after_pass: AfterPass) -> Fit:
        """Train, and leave the weights of the best pass, or of the last, in encoder and task, in every process.

        See `eegbench.trainer.Trainer.fit`. Interrupted at any point, a call with the same arguments and as many
        processes goes on after the last whole pass and ends, on a CPU, with the same bits.
        """
        with synchronised(encoder, task):
            return super().fit(
                encoder,
                task,
                material,
                folder=folder,
                after_pass=lambda row: distributed.from_main(lambda: {**row, **after_pass(row)}),
            )

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
        distributed.barrier()  # nobody goes on before the pass is kept


def _seed(session: Session, material: Material) -> None:
    """Seed the processes but 0, whose generators' state is in the checkpoint, for the next pass."""
    if not distributed.is_main():
        seed_process(material.seed, session.progress.finished_pass + 1, distributed.rank())
