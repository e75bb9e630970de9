"""The two sides of ``bench_sequences.py``: SimpleSleepNet as eegbench trains it, and as it was published."""

import copy
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from side_by_side import composed
from torch import nn
from torch.utils.data import DataLoader

from eegbench.environment import seed_libraries
from eegbench.experiment.base import Experiment
from eegbench.experiment.data import Data, open_data
from eegbench.experiment.initial_weights import start_encoder
from eegbench.experiment.normaliser_fit import fit_encoders
from eegbench.experiment.options import read_experiment
from eegbench.experiment.training import build_task
from eegbench.inference.description import Description
from eegbench.inference.embedding import embed, evaluating
from eegbench.inference.network import Network
from eegbench.inference.voting import vote
from eegbench.model.base import Encoder
from eegbench.sampler.stretch import sequences
from eegbench.score.metric import cohen_kappa
from eegbench.store.base import WindowStore
from eegbench.task import Task
from eegbench.trainer.loop import Loop
from eegbench.types import UNSCORED, Draw

sys.path.insert(0, str(Path(__file__).resolve().parent / "peer"))

from windowed_sequences import WindowedSleepNet, WindowsOfEpochs, loss_of, name_of, stage_night

EPOCH = 3000
WORDS = (
    "experiment=simple_sleep_net",
    "task.augmentations.drop.p=0",  # neither side drops channels
    "trainer.patience=null",  # κ is computed apart, and ends it
    "trainer.max_passes=1000",
    "trainer.lr=4e-3",  # so that the slower side ends within minutes
    "device=cpu",
)
BATCH, NIGHT_BATCH = 32, 64
"""Windows of a step, and of a batch where a night is staged as published."""


@dataclass(frozen=True)
class Ours:
    """A training of eegbench before its first step."""

    experiment: Experiment
    data: Data
    encoder: Encoder
    task: Task
    network: Network

    @property
    def store(self) -> WindowStore:
        """All windows."""
        return self.data.store

    @property
    def trainer(self) -> Loop:
        """The loop."""
        assert isinstance(self.experiment.trainer, Loop)
        return self.experiment.trainer

    def part(self, split: str) -> pd.DataFrame:
        """Return the windows of a split."""
        return self.data.part(split)

    def draw(self) -> Draw:
        """Draw a batch of the first pass."""
        whole = self.experiment.sampler.draw(self.part("train"), np.random.default_rng(0))
        return Draw(whole.windows[:BATCH], whole.targets[:BATCH], block=whole.block)

    def stage(self, table: pd.DataFrame) -> np.ndarray:
        """Return the stage of each window of a record: each is encoded once, and all sequences vote."""
        rows = table.index.to_numpy()
        with evaluating(self.network):
            return vote(self.network, embed(self.encoder, self.store, rows), table, rows).argmax(1)

    @cached_property
    def optimizer(self) -> torch.optim.Optimizer:
        """That of the experiment."""
        parameters = [*self.encoder.parameters(), *self.task.parameters()]
        return self.trainer.optimizer(parameters, lr=self.trainer.lr)

    def step_by_parts(self, draw: Draw) -> dict[str, float]:
        """Make a step; return the seconds of its parts."""
        self.encoder.train(), self.task.train()
        clock = Clock()
        views = self.store.views(draw, slice(0, len(draw)))
        clock.tick("reading")
        with calls(self.encoder.signals.normalisers, clock, "normalising"):
            z = self.task.read(self.encoder, views.windows)
        clock.tick("encoder")
        outcome = self.task.judge(z, views.index, views.y)
        loss = outcome.loss_sum / outcome.n
        clock.tick("sequence and loss")
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        clock.tick("backward")
        self.optimizer.step()
        clock.tick("optimiser")
        return clock.parts


class Published:
    """The published way, with the weights, records and learning rate of the other side."""

    def __init__(self, ours: Ours) -> None:
        store, self.ours = ours.store, ours
        self.net = WindowedSleepNet(store.form.only.n_channels, len(store.classes))
        self.net.load_state_dict({name_of(name): one for name, one in ours.network.state_dict().items()})
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=ours.trainer.lr)
        self.judge = copy.deepcopy(ours.network)
        self.length = ours.network.description.context
        self.signals = MemoryMaps(store)
        table = store.table
        self.place = np.stack([table["shard"], table["sample_eeg"] // EPOCH], 1)
        if not (table["sample_eeg"] % EPOCH == 0).all():
            raise ValueError("epochs that lie on a grid of 30 s are expected")
        by_record = [np.flatnonzero(self.place[:, 0] == number) for number in range(len(store.shards))]
        features = np.concatenate([store.features[name] for name in store.form.features], 1).astype(np.float32)
        self.features = [features[rows] for rows in by_record]
        self.stages = [table["label"].to_numpy(np.int64)[rows] for rows in by_record]

    def batches(self, windows: np.ndarray, size: int) -> DataLoader:
        """Return batches of windows, given as rows of the store's table (n, length), in their order."""
        items = WindowsOfEpochs(self.signals, self.features, self.stages, self.place[windows[:, 0]], self.length)
        return DataLoader(items, batch_size=size)

    def train(self, draw: Draw) -> None:
        """Make a step of each batch."""
        self.net.train()
        for x, features, stages in self.batches(draw.windows, BATCH):
            self.optimizer.zero_grad()
            loss_of(self.net(x, features), stages).backward()
            self.optimizer.step()

    def as_ours(self) -> Network:
        """Return the network of ours with the weights of now."""
        state = self.net.state_dict()
        self.judge.load_state_dict({name: state[name_of(name)] for name in self.judge.state_dict()})
        return self.judge

    def stage(self, table: pd.DataFrame, *, gradients: bool) -> np.ndarray:
        """Return the stage of each window of a record."""
        windows = sequences(table, self.length, 1)
        with torch.set_grad_enabled(gradients):
            return stage_night(self.net.eval(), self.batches(windows, NIGHT_BATCH), len(table)).numpy()

    def step_by_parts(self, draw: Draw) -> dict[str, float]:
        """Make a step; return the seconds of its parts."""
        net, clock = self.net.train(), Clock()
        ((x, features, stages),) = self.batches(draw.windows, BATCH)
        clock.tick("reading")
        made = net.normalised(x)
        clock.tick("normalising")
        z = net.encoded(made)
        clock.tick("encoder")
        loss = loss_of(net.judged(z, features), stages)
        clock.tick("sequence and loss")
        self.optimizer.zero_grad()
        loss.backward()
        clock.tick("backward")
        self.optimizer.step()
        clock.tick("optimiser")
        return clock.parts


class MemoryMaps:
    """Samples by channels, as published, where a shard has rows of channels; written when they are first asked for."""

    def __init__(self, store: WindowStore) -> None:
        self.shards, self.group = store.shards, next(iter(store.form.groups))
        self.open: dict[int, np.ndarray] = {}

    def __getitem__(self, number: int) -> np.ndarray:
        """Return the memory map of a record (n_samples, n_channels)."""
        if number not in self.open:
            shard = self.shards[number]
            path = shard.folder.parents[1] / "published" / f"{shard.folder.name}.npy"
            path.parent.mkdir(exist_ok=True)
            if not path.is_file():
                np.save(path, np.ascontiguousarray(shard.signal(self.group).T))
            self.open[number] = np.load(path, mmap_mode="r")
        return self.open[number]


class Clock:
    """Seconds of parts that follow each other."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self.last = time.perf_counter()

    def tick(self, part: str) -> None:
        """End a part."""
        now = time.perf_counter()
        self.parts[part], self.last = now - self.last, now


@contextmanager
def calls(module: nn.Module, clock: Clock, part: str) -> Iterator[None]:
    """End a part where a module has been called; what came before the call counts to it too."""
    hook = module.register_forward_hook(lambda *_: clock.tick(part))
    try:
        yield
    finally:
        hook.remove()


def prepared(folder: Path, seed: int, words: Sequence[str], *, block: int) -> Ours:
    """Open the nights, building what is missing, and make encoder and task from a seed."""
    places = (f"dataset.root={folder / 'nights'}", f"paths.outputs={folder / 'outputs'}")
    experiment = read_experiment(composed(*WORDS, *words, *places, f"sampler.block={block}", f"seed={seed}"))
    data = open_data(experiment, torch.device("cpu"))
    seed_libraries(seed)
    encoder, _ = start_encoder(experiment, data.store)
    fit_encoders([encoder], data, experiment)
    task = build_task(experiment, data, encoder)
    network = task.network(encoder, Description(encoder={}, classes=data.store.classes, form=data.store.form))
    return Ours(experiment, data, encoder, task, network)


def kappa(network: Network, ours: Ours) -> float:
    """Return κ of a network over the scored windows of the valid nights."""
    table = ours.part("valid")
    rows = table.index.to_numpy()
    with evaluating(network):
        said = vote(network, embed(network.encoder, ours.store, rows), table, rows).argmax(1)
    label, n = table["label"].to_numpy(), len(ours.store.classes)
    scored = label != UNSCORED
    counts = np.bincount(label[scored] * n + said[scored], minlength=n * n).reshape(n, n)
    return float(cohen_kappa(counts))
