"""A network of sequences beside the published way, which reads, transforms and encodes each window's 21 epochs again.

Run ``python benchmarks/bench_sequences.py FOLDER [PART …]`` from the repository's root; FOLDER takes the nights and
shards and is used again. The network is SimpleSleepNet with 16 channels. The published way is that of
``peer/windowed_sequences.py``, in the same process. Both begin with the same weights and take batches of 32 windows of
the same nights: ours 4 stretches of 8 windows, the other 32 windows drawn one by one. Where other programs run on the
cores, set OMP_NUM_THREADS=1: threads that wait for each other take many times as long there, on both sides. Parts:

- ``training``: both train, some steps each in turn, until κ of the valid nights is that of ``--kappa``. κ is computed
  by the same code for both, outside of the times.
- ``shares``: where the time of a step goes.
- ``night``: the stages of a night of 8 h, by the votes of all windows.
- ``memory``: a run over 25 nights of 8 h whose signals are streamed, in a process of its own.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from bench_scaling import watch
from sequence_sides import BATCH, Published, kappa, prepared
from side_by_side import count, ratios, seconds, shown

from eegbench.environment import keep_freed_memory, set_deterministic
from eegbench.trainer.base import Material
from eegbench.types import Draw

PARTS = ("training", "shares", "night", "memory")
WANTED = {"training": 8, "night": 15, "memory": 2.0}
SMALL = ("dataset.n_subjects=7", "dataset.hours=1", "split.n_valid=2", "split.n_test=1")
NIGHT = ("dataset.n_subjects=3", "dataset.hours=8", "split.n_valid=1", "split.n_test=1")
MANY = ("dataset.n_subjects=25", "dataset.hours=8")
TOGETHER = 6
"""Steps of one side before it is the other's turn, and κ is computed."""
REPEATS = 7


class BothEndedError(Exception):
    """Both sides have reached the κ that is sought, or have made all their steps."""


@dataclass(frozen=True)
class InPieces(Material):
    """Hands out each pass in pieces of so many examples; what is left over at the end of a pass is left out."""

    size: int = 32 * TOGETHER

    def draw(self, number: int) -> Draw:
        """Draw a piece, counted from 1."""
        n_pieces = max(1, len(super().draw(1)) // self.size)
        passed, piece = divmod(number - 1, n_pieces)
        whole, part = super().draw(1 + passed), slice(piece * self.size, (piece + 1) * self.size)
        return Draw(whole.windows[part], whole.targets[part], block=whole.block)


def main() -> None:
    """Print what each part finds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", nargs="*", default=PARTS, choices=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--kappa", type=float, default=0.5, help="of the valid nights, to be reached")
    parser.add_argument(
        "--repeats", type=count, default=3, help="trainings, each with its seed, and stagings of a night"
    )
    parser.add_argument("--steps", type=count, default=600, help="after which a side gives up")
    given = parser.parse_args()
    keep_freed_memory()  # as runs do, for both sides
    set_deterministic(True, torch.device("cpu"))
    for part in given.parts:
        work = {"training": training, "shares": shares, "night": night, "memory": memory}[part]
        work(given)


@dataclass
class Course:
    """How far one side has come: seconds of its steps, and κ after the last."""

    seconds: float = 0.0
    steps: int = 0
    kappa: float = 0.0
    ended: bool = False

    @property
    def rate(self) -> float:
        """Windows a second."""
        return BATCH * self.steps / self.seconds

    def go_on(self, taken: float, score: float, given: argparse.Namespace) -> None:
        """Add some steps; the side ends where it has reached the κ that is sought, or has made all its steps."""
        self.seconds, self.steps, self.kappa = self.seconds + taken, self.steps + TOGETHER, score
        self.ended = score >= given.kappa or self.steps >= given.steps


def training(given: argparse.Namespace) -> None:
    """Print seconds to a κ and windows a second of both sides, over the seeds."""
    courses = [train_by_turns(given, seed) for seed in range(given.repeats)]
    print(f"training to κ = {given.kappa:g} of the valid nights (wanted: {WANTED['training']} times as fast)")
    print(f"{'':20} {'published':28} {'ours':28} times")
    for what, more in (("seconds", False), ("steps", False), ("rate", True), ("kappa", True)):
        theirs, mine = ([getattr(course, what) for course in side] for side in zip(*courses, strict=True))
        title = {"rate": "windows a second", "kappa": "κ there"}.get(what, what)
        print(f"{title:20} {shown(theirs):28} {shown(mine):28} {shown(ratios(mine, theirs, more_is_better=more))}")


def train_by_turns(given: argparse.Namespace, seed: int) -> tuple[Course, Course]:
    """Train the published way and ours, some steps each in turn; return how far both came."""
    ours = prepared(given.folder, seed, SMALL, block=8)
    other, nobody = Published(ours), ours.part("train").iloc[:0]
    alone = prepared(given.folder, seed, SMALL, block=1).experiment.sampler
    stretches = InPieces(ours.store, ours.part("train"), nobody, ours.experiment.sampler, seed)
    singles = replace(stretches, sampler=alone)
    theirs, mine = Course(), Course()

    def after_pass(row: Mapping[str, Any]) -> Mapping[str, float]:
        number = row["pass"]
        if number > 0 and not mine.ended:
            mine.go_on(row["seconds"], kappa(ours.network, ours), given)
        if number > 0 and not theirs.ended:
            taken = seconds(lambda: other.train(singles.draw(number)))
            theirs.go_on(taken, kappa(other.as_ours(), ours), given)
        print(f"seed {seed}, published: {theirs}; ours: {mine}", flush=True)
        if theirs.ended and mine.ended:
            raise BothEndedError
        return row

    with tempfile.TemporaryDirectory() as folder, suppress(BothEndedError):
        ours.trainer.fit(ours.encoder, ours.task, stretches, folder=Path(folder), after_pass=after_pass)
    return theirs, mine


def shares(given: argparse.Namespace) -> None:
    """Print the milliseconds of each part of a step on both sides, measured in turn, and its share."""
    ours = prepared(given.folder, 0, SMALL, block=8)
    other = Published(ours)
    draws = {block: prepared(given.folder, 0, SMALL, block=block).draw() for block in (1, 8)}
    taken: dict[str, list[dict[str, float]]] = {"published": [], "ours": []}
    for _ in range(REPEATS + 1):
        taken["published"].append(other.step_by_parts(draws[1]))
        taken["ours"].append(ours.step_by_parts(draws[8]))
    middle = {
        name: {part: 1e3 * statistics.median(row[part] for row in rows[1:]) for part in rows[0]}
        for name, rows in taken.items()
    }
    print(f"{'a step, ms (share)':30} {'published':>18} {'ours':>18} {'times':>8}")
    for part in middle["ours"]:
        told = [f"{one[part]:,.1f} ({one[part] / sum(one.values()):.0%})" for one in middle.values()]
        print(f"{part:30} {told[0]:>18} {told[1]:>18} {middle['published'][part] / middle['ours'][part]:8.1f}")
    whole = {name: [sum(row.values()) for row in rows[1:]] for name, rows in taken.items()}
    told = shown(ratios(whole["ours"], whole["published"], more_is_better=False))
    print(f"{'whole step, times faster':30} {told}")


def night(given: argparse.Namespace) -> None:
    """Print the seconds for the stages of a night on both sides, with and without gradients on the other."""
    ours = prepared(given.folder, 0, NIGHT, block=8)
    other = Published(ours)
    recording = ours.store.table["recording"].iloc[0]
    table = ours.store.table[ours.store.table["recording"] == recording]
    works = {
        "as published": lambda: other.stage(table, gradients=True),
        "without gradients": lambda: other.stage(table, gradients=False),
        "ours": lambda: ours.stage(table),
    }
    found: dict[str, np.ndarray] = {}
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(given.repeats):
        for name, work in works.items():
            began = time.perf_counter()
            found[name] = work()
            taken[name].append(time.perf_counter() - began)
    same = float((found["ours"] == found["as published"]).mean())
    print(
        f"a night of {len(table)} epochs, s: the same stage in {same:.1%} of epochs (wanted: {WANTED['night']} times)"
    )
    for name, values in taken.items():
        print(f"{name:30} {shown(values):28} ours {shown(ratios(taken['ours'], values, more_is_better=False))} times")


def memory(given: argparse.Namespace) -> None:
    """Print the most memory that a run over 25 streamed nights holds."""
    words = ["experiment=simple_sleep_net", *MANY, f"dataset.root={given.folder / 'nights'}", "figures=[]"]
    words += [f"paths.outputs={given.folder / 'outputs'}", "store.resident=false", "trainer.max_passes=1"]
    found = watch([sys.executable, "-m", "eegbench", "train", *words, "tracking=folder"])
    print(f"25 nights of 8 h streamed (wanted below {WANTED['memory']:g} GB), GB at most:")
    print(f"{'anonymous':30} {found['memory'] / 1e3:.2f}")
    print(f"{'with mapped files':30} {found['resident'] / 1e3:.2f}; the run took {found['seconds']:.0f} s")


if __name__ == "__main__":
    main()
