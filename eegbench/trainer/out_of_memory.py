"""Reaction to a pass for which there is not enough memory: an error, or a smaller batch."""

import gc
from collections.abc import Mapping
from typing import Literal

import torch

from eegbench.progress import tell

OnOom = Literal["raise", "halve"]


def is_out_of_memory(error: RuntimeError) -> bool:
    """Return whether torch raised an error because a device, or the machine, has no memory left."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def halved(batch_size: int, number: int, on_oom: OnOom, error: RuntimeError, *, least: int) -> int:
    """Return half the size of a batch, print a line about it, and free memory.

    Parameters
    ----------
    batch_size
        Number of examples of a batch that did not fit.
    number
        Number of the pass, for messages.
    on_oom
        Whether the batch may be halved.
    error
        Error raised by torch.
    least
        Smallest number of examples in a batch.

    Raises
    ------
    ValueError
        If it may not be halved, or would be too small.
    """
    where = f"memory ran out in pass {number} with batches of {batch_size} examples"
    if on_oom == "raise":
        raise ValueError(
            f"{where}; the last good checkpoint is kept. Try a lower trainer.batch_size, or resume with "
            "trainer.on_oom=halve."
        ) from error
    smaller = batch_size // 2
    if smaller < least:
        raise ValueError(f"{where}, which cannot be halved again; try a smaller model or shorter windows.") from error
    tell(f"note: {where}; the pass is repeated with {smaller}")
    error.__traceback__ = None  # its frames hold the tensors of the batch
    gc.collect()
    torch.cuda.empty_cache()  # does nothing without CUDA
    return smaller


def halving_notes(sizes: Mapping[int, int]) -> list[str]:
    """Return a sentence about each halving, given the sizes of batches by the pass from which they were used."""
    return [f"memory ran out: batches have {size} examples from pass {number} on" for number, size in sizes.items()]
