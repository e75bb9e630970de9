"""The batches of a training pass, and their outcomes."""

from collections.abc import Iterator, Sequence
from functools import partial

import torch

from eegbench.distributed import rank
from eegbench.environment import seeded_generator
from eegbench.progress import bar
from eegbench.store.batching import even_parts, examples_of
from eegbench.task import Outcome
from eegbench.trainer.base import Material
from eegbench.trainer.precision import autocast
from eegbench.trainer.session import Session
from eegbench.types import Draw


def cut_batches(draw: Draw, batch_size: int, *, is_even: bool) -> list[slice]:
    """Cut a draw into batches of complete blocks; the sizes of even batches differ by one block at most."""
    n_blocks, size = -(-len(draw) // draw.block), max(1, batch_size // draw.block)
    parts = [slice(start, start + size) for start in range(0, n_blocks, size)]
    if is_even:
        parts = even_parts(n_blocks, max(1, round(n_blocks / size)))
    return examples_of(parts, draw.block, len(draw))


def without_short(batches: list[slice]) -> list[slice]:
    """Return batches without a shorter last one; a single batch is always returned."""
    sizes = [part.stop - part.start for part in batches]
    return batches[:-1] if len(sizes) > 1 and sizes[-1] < sizes[0] else batches


def outcomes(
    session: Session, material: Material, draw: Draw, shares: Sequence[slice], doing: str
) -> Iterator[tuple[Outcome, torch.Generator]]:
    """Yield the outcome of this process's share of each batch of the next pass, and the generator of the batch.

    Parameters
    ----------
    session
        Encoder and task, already in the right mode.
    material, draw
        Store and examples of the windows.
    shares
        This process's share of each batch.
    doing
        Text of the progress bar.
    """
    number, device = session.progress.finished_pass + 1, material.store.device
    with bar(doing, len(shares)) as advance:
        for step, views in enumerate(material.store.each(partial(material.store.views, draw), shares)):
            generator = seeded_generator(device, material.seed, number, step, rank())
            with autocast(session.progress.precision, device):
                outcome = session.task.loss(session.encoder, views, generator)
            yield outcome, generator
            advance("")
