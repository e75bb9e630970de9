"""Several processes that train as one: who each is, and what all of them add up, hand on or wait for.

`torchrun` starts the processes and says in each one's environment which it is. Every function here is called by all
of them at the same point; where there is one process, all of them leave things as they are.
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

PATIENCE = timedelta(days=7)
"""The others wait while process 0 preprocesses; one that died is noticed at once, without this limit."""

T = TypeVar("T")


class PeerLostError(ConnectionError):
    """Another process of the same training ended early."""


def join(*, gpu: bool) -> None:
    """Join the other processes that `torchrun` started; with a GPU each, over NCCL too."""
    dist.init_process_group("cpu:gloo,cuda:nccl" if gpu else "gloo", timeout=PATIENCE)


def leave() -> None:
    """Go on alone."""
    if dist.is_initialized():
        dist.destroy_process_group()
        gc.collect()  # frees the group now: gloo's threads may abort a process that ends before they do


@contextmanager
def following_main() -> Iterator[None]:
    """Leave interrupts to process 0, and print a failure of this machine that process 0 cannot know."""
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
    """Return this process's number, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """Count the processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


def is_main() -> bool:
    """Whether this is process 0, the one that writes and speaks."""
    return rank() == 0


def local_rank() -> int:
    """Return this process's number among those of its machine: the number of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0")) if dist.is_initialized() else 0


def local_world_size() -> int:
    """Count the processes on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", world_size())) if dist.is_initialized() else 1


def barrier() -> None:
    """Wait until all processes are here."""
    total(torch.zeros(1))


def broadcast(value: T) -> T:
    """Return process 0's value in all of them."""
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
    """Do something in process 0 alone, and return its result in all of them.

    Raises
    ------
    PeerLostError
        In the others, where it failed in process 0, which raises what went wrong.
    """
    try:
        result = work() if is_main() else None
    except Exception:
        broadcast((False, None))
        raise
    worked, result = broadcast((True, result))
    if not worked:
        raise PeerLostError("process 0 could not go on; it says why.")
    return result  # type: ignore[return-value]  # process 0's


def broadcast_weights(*modules: nn.Module) -> None:
    """Give all processes process 0's parameters and buffers."""
    if world_size() == 1:
        return
    for module in modules:
        for tensor in module.state_dict().values():
            try:
                dist.broadcast(tensor, src=0)
            except RuntimeError as error:
                raise _lost(error) from error


def total(x: Shaped[Tensor, "*shape"]) -> Shaped[Tensor, "*shape"]:
    """Return the sum over all processes; gradients flow back to each process's summand."""
    if world_size() == 1:
        return x
    summed: Tensor = _Total.apply(x)  # type: ignore[no-untyped-call]
    return summed


def gather(x: Shaped[Tensor, "n *shape"]) -> Shaped[Tensor, "n_all *shape"]:
    """Return the rows of all processes, in their order; gradients flow back to each process's rows.

    For contrastive losses: each process asks about its own examples, among the embeddings of all. Processes may
    have different numbers of rows.
    """
    if world_size() == 1:
        return x
    lengths = torch.zeros(world_size(), dtype=torch.int64)
    lengths[rank()] = len(x)
    ends = total(lengths).cumsum(0).tolist()
    before, after = ends[rank()] - len(x), ends[-1] - ends[rank()]
    return total(torch.cat([x.new_zeros(before, *x.shape[1:]), x, x.new_zeros(after, *x.shape[1:])]))


def n_before(n: int) -> int:
    """Return the place in `gather` of this process's first row, if it has n rows."""
    if world_size() == 1:
        return 0
    lengths = torch.zeros(world_size(), dtype=torch.int64)
    lengths[rank()] = n
    return int(total(lengths)[: rank()].sum())


def share(part: slice, block: int = 1) -> slice:
    """Return this process's share of a batch, in whole blocks of consecutive examples.

    Shares differ by one block at most, and may be empty.
    """
    n_blocks = -(-(part.stop - part.start) // block)
    first, last = (n_blocks * number // world_size() * block for number in (rank(), rank() + 1))
    return slice(part.start + first, min(part.start + last, part.stop))


def total_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace each gradient by the sum over all processes, in one message; one that nobody has stays None."""
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
    """A sum over processes, whose gradient is the sum of the processes' gradients."""

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
        f"another process of this training ended early ({reason}); what it said stands above, and resume=FOLDER "
        "finishes the run."
    )
