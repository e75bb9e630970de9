"""Each option of conf/task with the sampler it brings, on windows in memory: what tests of every task train."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from forms import form_of, windows_of
from options import CONF, composed, shipped
from small_training import loop
from torch import nn

from eegbench.config import Spec, build
from eegbench.config.plain import read_plain
from eegbench.environment import seed_libraries, set_deterministic
from eegbench.model.base import SignalEncoder
from eegbench.sampler import Sampler
from eegbench.store.base import WindowStore
from eegbench.task import Task
from eegbench.trainer import Material

TASKS = shipped("task")
WEIGHTED = [task for task in TASKS if "class_weights" in read_plain(CONF / "task" / f"{task}.yaml")]
OPTIONS = [*TASKS, *(f"{task} task.class_weights=balanced" for task in WEIGHTED)]
"""Words after ``task=``."""
NO_CHANCE = {"dropout": 0.0, "batch_statistics": "view", "augmentations": {}, "weak": {}, "strong": {}}
"""Options under which a task asks the same in one process and in several."""
DRAWS = {"masked_autoencoder", "masked_channel"}
"""Tasks that draw what they hide, so that chance decides even then: other processes and devices draw other numbers."""

CLASSES, COUNTS = ("a", "b"), (3, 1)
N_WINDOWS, STEP_S, SFREQ, N_TIMES = 240, 4.0, 25.0, 50


class Small(SignalEncoder):
    """An encoder with batch norm and dropout, or with neither; its tokens are five pieces of time."""

    embed_dim = 6
    is_mean_of_tokens = True
    n_tokens = 5

    def __init__(self, *, is_plain):
        super().__init__()
        self.first = nn.Linear(2 * N_TIMES // self.n_tokens, 8)
        self.between = nn.Identity() if is_plain else nn.Sequential(nn.BatchNorm1d(8), nn.Dropout(0.2))
        self.last = nn.Linear(8, 6)

    def features(self, x):
        pieces = x.unflatten(2, (self.n_tokens, -1)).transpose(1, 2).flatten(2)
        hidden = self.between(self.first(pieces).flatten(0, 1)).unflatten(0, (len(x), self.n_tokens))
        return self.last(hidden.relu())

    def embed(self, x):
        return self.features(x).mean(1)


class MemoryStore(WindowStore):
    """Windows of noise that lie in memory, without shards."""

    def __init__(self, n_windows, device):
        rng = np.random.default_rng(0)
        windows = torch.from_numpy(rng.standard_normal((n_windows, 2, N_TIMES)).astype(np.float32)).to(device)
        form = form_of(("one", "other"), SFREQ, N_TIMES, "window")
        known = {"windows": windows, "form": form, "classes": CLASSES, "resident": True, "device": torch.device(device)}
        self.__dict__.update(known)  # frozen, like the class

    def gather(self, rows):
        return windows_of(self.windows[rows])


def table():
    """Windows of three recordings, the last of which validates."""
    rng = np.random.default_rng(1)
    rows = {"recording": np.repeat(["a", "b", "c"], N_WINDOWS), "start_s": np.tile(STEP_S * np.arange(N_WINDOWS), 3)}
    return pd.DataFrame(rows).assign(label=rng.integers(2, size=3 * N_WINDOWS), rejected=False)


def nodes(option):
    made = composed(*f"task={option}".split())
    return made["task"], made["sampler"]


def made(option, *, is_plain=False, seed=0, device="cpu"):
    """Build the task, an encoder, and what they are trained on; plain ones leave nothing to chance."""
    task_node, sampler_node = nodes(option)
    task_node |= {name: value for name, value in NO_CHANCE.items() if is_plain and name in task_node}
    windows, sampler = table(), build(sampler_node, Sampler, path="sampler")
    store = MemoryStore(len(windows), device)
    seed_libraries(seed)
    set_deterministic(True, torch.device(device))  # as every run does
    encoder = Small(is_plain=is_plain).to(device)
    spec = Spec(task_node, Task, "task")
    spec.check()
    known = {"class_names": CLASSES, "class_counts": COUNTS, "form": store.form, "layout": sampler.layout}
    task = spec.build(embed_dim=6, **known).to(device)
    task.start(encoder)
    train, valid = windows[windows["recording"] != "c"], windows[windows["recording"] == "c"]
    return task, encoder, Material(store, train, valid, sampler, seed=5)


def fit(option, folder, trainer=None, *, is_plain=False, seed=0, device="cpu"):
    task, encoder, material = made(option, is_plain=is_plain, seed=seed, device=device)
    trainer = trainer or loop(batch_size=64, max_passes=2)
    fitted = trainer.fit(encoder, task, material, folder=Path(folder), after_pass=lambda row: {})
    weights = {name: t.cpu().clone() for module in (encoder, task) for name, t in module.state_dict().items()}
    return {"history": fitted.history.drop(columns="seconds"), "weights": weights}


def steady(kind):
    """Return a trainer whose steps are proportional to gradients, so that what rounding changes stays small."""
    return loop(kind, batch_size=61, max_passes=1, optimizer=torch.optim.SGD, lr=1e-3)


def fit_all(folder, kind):
    """Train every option in as many processes as have joined."""
    return {
        option: fit(option, f"{folder}/{option}", steady(kind), is_plain=True)
        for option in OPTIONS
        if option not in DRAWS
    }
