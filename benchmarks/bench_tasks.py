"""A training step of every task, per window that it encodes, beside that of relative positioning.

Run ``PYTHONPATH=tests python benchmarks/bench_tasks.py`` from the repository's root, with nothing else running. The
encoder is chambon2018 with 16 filters, windows have 2 channels and 3,000 samples, and batches 64 examples. Forward
passes of teachers count as encoded windows. Steps of all tasks are measured in turn.
"""

import argparse
import statistics
from collections.abc import Callable

import numpy as np
import torch
from forms import form_of
from shipped_task import CLASSES, COUNTS, MemoryStore, nodes, table
from side_by_side import ratios, seconds, shown

from eegbench.config import Spec, build
from eegbench.environment import keep_freed_memory, seed_libraries
from eegbench.model.chambon2018 import Chambon2018
from eegbench.sampler import Sampler
from eegbench.task import Task

EXAMPLES, N_CHANNELS, N_TIMES, SFREQ = 64, 2, 3000, 100.0
REFERENCE = "relative_positioning"
TASKS = (
    REFERENCE,
    *("temporal_shuffling", "cpc", "simclr", "moco task.n_queue=128", "byol", "simsiam", "vicreg", "barlow_twins"),
    *(
        "contrawr",
        "ts_tcc",
        "phase_swap",
        "autoencoder",
        "masked_autoencoder",
        "masked_channel",
        "supervised",
        "supcon",
    ),
)


class Store(MemoryStore):
    """Windows of noise of the size of sleep epochs."""

    def __init__(self, n_windows: int) -> None:
        super().__init__(n_windows, "cpu")
        windows = torch.randn(n_windows, N_CHANNELS, N_TIMES, generator=torch.Generator().manual_seed(0))
        self.__dict__.update(windows=windows, form=form_of(("one", "other"), SFREQ, N_TIMES, "window"))


class Counted(Chambon2018):
    """The encoder, which counts the windows that it and its copies encode."""

    n_windows = 0

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """Return tokens or embeddings, and count the windows."""
        Counted.n_windows += len(x)
        return super().features(x)


def step(option: str) -> Callable[[], None]:
    """Return a step of a task: draw, loss, backward pass, optimiser, and what follows a step."""
    task_node, sampler_node = nodes(option)
    windows, sampler = table(), build(sampler_node, Sampler, path="sampler")
    store = Store(len(windows))
    seed_libraries(0)
    sizes = {"n_channels": N_CHANNELS, "n_times": N_TIMES, "sfreq": SFREQ}
    encoder = Counted(**sizes, n_filters=16, embed_dim=100, dropout=0.0, batch_norm=True)
    spec = Spec(task_node, Task, "task")
    known = {"class_names": CLASSES, "class_counts": COUNTS, "form": store.form, "layout": sampler.layout}
    task = spec.build(embed_dim=encoder.embed_dim, **known)
    task.start(encoder)
    encoder.train()
    task.train()
    groups = [group.options(5e-4) for group in task.parameter_groups(encoder)]
    optimiser = torch.optim.Adam([{k: v for k, v in g.items() if k != "lr_factor"} for g in groups], fused=True)
    generator = torch.Generator().manual_seed(0)
    draw = sampler.draw(windows, np.random.default_rng(0))
    views = store.views(draw, slice(0, EXAMPLES))

    def run() -> None:
        optimiser.zero_grad()
        outcome = task.loss(encoder, views, generator)
        (outcome.loss_sum / outcome.n).backward()
        optimiser.step()
        task.after_step(encoder, generator)

    return run


def main() -> None:
    """Print milliseconds a step, windows encoded, and the cost per window beside the reference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    keep_freed_memory()
    steps = {option.split()[0]: step(option) for option in TASKS}
    encoded: dict[str, int] = {}
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for repeat in range(repeats + 2):
        for name, work in steps.items():
            Counted.n_windows = 0
            once = seconds(work)
            encoded[name] = Counted.n_windows
            if repeat > 1:
                taken[name].append(1e3 * once)
    reference = [one / encoded[REFERENCE] for one in taken[REFERENCE]]
    print(f"{'task':22}{'windows':>8}{'ms a step':>26}   a window, times that of {REFERENCE}")
    for name, values in taken.items():
        each = [one / encoded[name] for one in values]
        print(f"{name:22}{encoded[name]:8}{shown(values):>26}   {shown(ratios(each, reference, more_is_better=True))}")
    print(f"median of all: {statistics.median(statistics.median(one) for one in taken.values()):.0f} ms")


if __name__ == "__main__":
    main()
