"""The smallest things that can be trained, for tests of trainers: an encoder, windows in memory, pairs of them."""

import functools
from typing import Literal

import numpy as np
import pandas as pd
import torch
from forms import form_of, windows_of
from torch import nn

from eegbench.environment import seed_libraries
from eegbench.model.base import SignalEncoder
from eegbench.sampler.base import Sampler, arrange
from eegbench.store.base import WindowStore
from eegbench.task.relative_positioning import RelativePositioning
from eegbench.trainer import Material
from eegbench.trainer.averaging.single_pass import SinglePass
from eegbench.trainer.loop import Loop
from eegbench.trainer.schedule.cosine import Cosine
from eegbench.types import Draw


class Tiny(SignalEncoder):
    """A small encoder with batch norm and dropout, which both carry state."""

    embed_dim = 4

    def __init__(self, *, dropout=0.2, batch_norm=True):
        super().__init__()
        self.first = nn.Linear(20, 8)
        self.norm = nn.BatchNorm1d(8) if batch_norm else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.last = nn.Linear(8, 4)

    def features(self, x):
        return self.forward(x).unsqueeze(1)

    def embed(self, x):
        return self.last(self.dropout(self.norm(self.first(x.flatten(1)))))


class FakeStore(WindowStore):
    """Windows that lie in memory, without shards."""

    def __init__(self, n=60):
        windows = torch.from_numpy(np.random.default_rng(0).standard_normal((n, 2, 10)).astype(np.float32))
        form = form_of(("one", "other"), 10.0, 10)
        self.__dict__.update(
            windows=windows, form=form, resident=True, device=torch.device("cpu")
        )  # frozen, like the class

    def gather(self, rows):
        return windows_of(self.windows[rows])


class FakeSampler(Sampler):
    """Pairs of windows: close where both lie in the same half."""

    def __init__(self, n_pairs=50, n_dropped=0):
        self.n_pairs, self.n_dropped = n_pairs, n_dropped
        self.layout = arrange({"anchor": (), "partner": ()})

    def draw(self, table, rng):
        windows = rng.choice(table.index.to_numpy(), (self.n_pairs, 2))
        return Draw(windows, (np.abs(windows[:, 0] - windows[:, 1]) < 15).astype(np.int64), self.n_dropped)


def material(seed=0, **sampler):
    table = pd.DataFrame(index=range(60))
    return Material(FakeStore(), table.iloc[:40], table.iloc[40:], FakeSampler(**sampler), seed)


def loop(kind=Loop, **changes):
    options = {
        "lr": 1e-2,
        "optimizer": functools.partial(torch.optim.Adam, weight_decay=1e-3),
        "decayed": "all",
        "schedule": Cosine(),
        "averaging": SinglePass(),
        "batch_size": 16,
        "short_batch": "keep",
        "max_passes": 4,
        "patience": None,
        "stop_when": "patience_reached",
        "monitor": "valid_loss",
        "final": "best",
        "keep": "best_last",
        "precision": "float32",
        "clip_norm": None,
        "penalties": {},
        "on_oom": "raise",
    }
    return kind(**(options | changes))


def modules(seed=0, statistics: Literal["joint", "view"] = "joint"):
    seed_libraries(seed)
    return Tiny(), RelativePositioning(embed_dim=4, dropout=0.5, batch_statistics=statistics)
