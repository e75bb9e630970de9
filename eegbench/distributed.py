"""Communication between the processes of one training: ranks, sums, gathers, broadcasts and barriers.

`torchrun` starts the processes and sets their ranks in environment variables. All processes must call each of
these functions at the same point. With a single process, each function returns its input unchanged.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from jaxtyping import Shaped
from torch import Tensor, nn

TIMEOUT = timedelta(days=7)
"""Time limit while process 0 preprocesses; a process that died is noticed at once, without this limit."""

T = TypeVar("T")


class PeerLostError(ConnectionError):
    """Raised if another process of the same training ended early."""


def join(*, gpu: bool) -> None:
    """Join the other processes that `torchrun` started; over NCCL too if each has a GPU."""
    dist.init_process_group("cpu:gloo,cuda:nccl" if gpu else "gloo", timeout=TIMEOUT)


def leave() -> None:
    """Leave the process group and continue alone."""
    if dist.is_initialized():
        dist.destroy_process_group()
        gc.collect()  # frees the group: gloo's threads may abort a process that exits before them


@contextmanager
def following_main() -> Iterator[None]:
    """Ignore interrupts, which process 0 handles, and print errors of this machine that process 0 cannot see."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        yield
    except PeerLostError:
        raise
    except OSError as error:
        print(f"eegbench: process {rank()}: {error}", file=sys.__stderr__)
        raise


def rank() -> int:
    """Return the rank of this process, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """Return the number of processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


def is_main() -> bool:
    """Return whether this is process 0, the only one that writes files and prints."""
    return rank() == 0


def local_rank() -> int:
    """Return the rank of this process on its machine, which is the number of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0")) if dist.is_initialized() else 0


def local_world_size() -> int:
    """Return the number of processes on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", world_size())) if dist.is_initialized() else 1


def barrier() -> None:
    """Wait until all processes arrive here."""
    total(torch.zeros(1))


def broadcast(value: T) -> T:
    """Return the value of process 0 in all processes."""
    if world_size() == 1:
        return value
    held: list[Any] = [value]
    try:
        dist.broadcast_object_list(held, src=0, device=torch.device("cpu"))
    except RuntimeError as error:
        raise _lost(error) from error
    result: T = held[0]
    return result


def from_main(work: Callable[[], T]) -> T:
    """Call a function in process 0 only, and return its result in all processes.

    Raises
    ------
    PeerLostError
        In the other processes, if the function raised an error in process 0, which raises that error itself.
    """
    try:
        result = work() if is_main() else None
    except Exception:
        broadcast((False, None))
        raise
    worked, result = broadcast((True, result))
    if not worked:
        raise PeerLostError("process 0 stopped with an error; see its error message.")
    return result  # type: ignore[return-value]  # the result of process 0


def broadcast_weights(*modules: nn.Module) -> None:
    """Copy the parameters and buffers of process 0 to all processes."""
    if world_size() == 1:
        return
    for module in modules:
        for tensor in module.state_dict().values():
            try:
                dist.broadcast(tensor, src=0)
            except RuntimeError as error:
                raise _lost(error) from error


def total(x: Shaped[Tensor, "*shape"]) -> Shaped[Tensor, "*shape"]:
    """Return the sum over all processes; gradients flow back to the summand of each process."""
    if world_size() == 1:
        return x
    summed: Tensor = _Total.apply(x)  # type: ignore[no-untyped-call]
    return summed


def gather(x: Shaped[Tensor, "n *shape"]) -> Shaped[Tensor, "n_all *shape"]:
    """Return the rows of all processes, ordered by rank; gradients flow back to the rows of each process.

    For contrastive losses: each process compares its own examples with the embeddings of all. Processes may have
    different numbers of rows.
    """
    if world_size() == 1:
        return x
    lengths = torch.zeros(world_size(), dtype=torch.int64)
    lengths[rank()] = len(x)
    ends = total(lengths).cumsum(0).tolist()
    before, after = ends[rank()] - len(x), ends[-1] - ends[rank()]
    return total(torch.cat([x.new_zeros(before, *x.shape[1:]), x, x.new_zeros(after, *x.shape[1:])]))


def n_before(n: int) -> int:
    """Return the position in `gather` of this process's first row, given that it has n rows."""
    if world_size() == 1:
        return 0
    lengths = torch.zeros(world_size(), dtype=torch.int64)
    lengths[rank()] = n
    return int(total(lengths)[: rank()].sum())


def share(part: slice, block: int = 1) -> slice:
    """Return this process's share of a batch, in complete blocks of consecutive examples.

    Shares differ by one block at most and may be empty.
    """
    n_blocks = -(-(part.stop - part.start) // block)
    first, last = (n_blocks * number // world_size() * block for number in (rank(), rank() + 1))
    return slice(part.start + first, min(part.start + last, part.stop))


def total_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace each gradient by its sum over all processes, in one message; None stays where no process has one."""
    every = list(parameters)
    if world_size() == 1 or not every:
        return
    parts = [(p if p.grad is None else p.grad).detach().flatten() * (p.grad is not None) for p in every]
    present = torch.tensor([p.grad is not None for p in every], device=parts[0].device).to(parts[0])
    *summed, anywhere = total(torch.cat([*parts, present])).split([*map(len, parts), len(every)])
    for number, (parameter, gradient) in enumerate(zip(every, summed, strict=True)):
        if parameter.grad is not None:
            parameter.grad.copy_(gradient.view_as(parameter))
        elif anywhere[number] > 0:
            parameter.grad = gradient.view_as(parameter).clone()


class _Total(torch.autograd.Function):
    """Sum over processes; its gradient is the sum of the gradients of all processes."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004  the signature of autograd functions
        summed = x.clone(memory_format=torch.contiguous_format)
        try:
            dist.all_reduce(summed)
        except RuntimeError as error:
            raise _lost(error) from error
        return summed

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:  # noqa: ARG004  as above
        summed: Tensor = _Total.apply(gradients[0])  # type: ignore[no-untyped-call]
        return summed


def _lost(error: RuntimeError) -> PeerLostError:
    reason = str(error).partition("\n")[0].partition(". ")[0]
    return PeerLostError(
        f"another process of this training ended early ({reason}); see its error message above; resume=FOLDER "
        "finishes the run."
    )
