"""Evaluation of a task on a whole draw, for validation and confusion matrices."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch

from eegbench.distributed import rank
from eegbench.environment import seeded_generator
from eegbench.inference.embedding import Embeddings, encode, evaluating
from eegbench.model.base import Encoder
from eegbench.store.base import WindowStore
from eegbench.store.batching import distinct_windows
from eegbench.task.base import EmbeddingTask, Task
from eegbench.task.outcome import Outcome
from eegbench.types import Draw


@torch.no_grad()
def ask(
    encoder: Encoder,
    task: Task,
    store: WindowStore,
    draw: Draw,
    parts: Sequence[slice],
    *,
    seed: int,
    known: Embeddings | None = None,
) -> list[Outcome]:
    """Return the outcomes of a task for parts of a draw, with encoder and task in evaluation mode.

    Parameters
    ----------
    encoder, task, store, draw
        Encoder and task to evaluate, on these windows; the modes of encoder and task are restored afterwards.
    parts
        Examples that are evaluated together (`eegbench.task.Task.parts`), or this process's share of each part.
    seed
        Seed of the run. Random numbers are those of pass 0, so that they are the same after every pass.
    known
        Known embeddings, which an `EmbeddingTask` uses instead of encoding the windows again.
    """
    with evaluating(encoder, task):
        if isinstance(task, EmbeddingTask):
            return _ask_embedded(encoder, task, store, draw, parts, known)
        every = enumerate(store.each(partial(store.views, draw), parts))
        return [
            task.loss(encoder, views, seeded_generator(store.device, seed, 0, step, rank())) for step, views in every
        ]


def _ask_embedded(
    encoder: Encoder,
    task: EmbeddingTask,
    store: WindowStore,
    draw: Draw,
    parts: Sequence[slice],
    known: Embeddings | None,
) -> list[Outcome]:
    """Encode each distinct window of all parts once, and evaluate part by part."""
    examples = np.concatenate([np.zeros(0, np.int64), *(np.arange(part.start, part.stop) for part in parts)])
    distinct, index = distinct_windows(draw.windows[examples])
    if known is not None and type(task).read is EmbeddingTask.read:
        z = torch.from_numpy(known.at(distinct)).to(store.device)
    else:
        z = encode(encoder, store, distinct, read=partial(task.read, encoder))
    sizes = [part.stop - part.start for part in parts]
    asked = (torch.from_numpy(one).to(store.device).split(sizes) for one in (index, draw.targets[examples]))
    return [task.judge(z, *part) for part in zip(*asked, strict=True)]
