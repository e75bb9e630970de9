"""Ask a task of a whole draw: what validation and confusion matrices need."""

from functools import partial

import numpy as np
import torch

from eegbench.inference.embedding import Embeddings, encode
from eegbench.model.base import Encoder
from eegbench.store.base import WindowStore
from eegbench.store.batching import distinct_windows
from eegbench.task.base import Task
from eegbench.task.outcome import Outcome
from eegbench.types import Draw


@torch.no_grad()
def ask(encoder: Encoder, task: Task, store: WindowStore, draw: Draw, *, known: Embeddings | None = None) -> Outcome:
    """Return what the task says of all examples of a draw.

    Encoder and task are in evaluation mode, and each distinct window is encoded once, in however many examples it
    stands. The task's mode is put back afterwards. A task that asks of embeddings takes those that are known.
    """
    distinct, index = distinct_windows(draw.windows)
    y = torch.from_numpy(np.ascontiguousarray(draw.targets)).to(store.device)
    was_training = task.training
    task.eval()
    if known is not None and type(task).read is Task.read:
        z = torch.from_numpy(known.at(distinct)).to(store.device)
    else:
        z = encode(encoder, store, distinct, read=partial(task.read, encoder))
    outcome = task.judge(z, torch.from_numpy(index).to(store.device), y)
    task.train(was_training)
    return outcome
