"""What the Optuna sweeper adds to a trial, beside Hydra's own sweeper, for jobs that do nothing.

Run ``python benchmarks/bench_sweeper.py [STORAGE]`` from the repository's root; STORAGE is an Optuna URL instead of a
journal file. The overhead is the slope between sweeps of few and of many trials, the two sweepers by turns.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from eegbench.launch.run import run_verb
from eegbench.sweep.job import open_trial
from eegbench.sweep.storage import storage_address

FEW, MANY, REPEATS = 5, 45, 3
SPACE = [
    "trainer.lr=tag(log,interval(1e-4,1e-2))",
    "model.n_filters=range(2,65)",
    "sampler.tau_pos_s=choice(30,60,300)",
]


def nothing(config: DictConfig) -> float:
    """Be a job that ends at once, and tell the study where there is one."""
    value = float(config.trainer.lr)
    if config.sweep.study is None:
        return value
    storage = HydraConfig.get().sweeper.storage
    address = storage_address(storage, Path(config.paths.sweeps).resolve(), config.sweep.study)
    with open_trial(address=address, study=config.sweep.study, number=config.sweep.trial, pruner=None) as trial:
        trial.end([value])
    return value


def seconds(words: list[str]) -> float:
    """Return the duration of a multirun of such jobs."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        common = [f"paths.outputs={folder}", "~hydra.callbacks.sweeping", "name=bench"]
        if run_verb(nothing, config_name="train", argv=["-m", *common, *words]):
            raise SystemExit("the sweep failed")
        return time.perf_counter() - started


def slope(make: list[list[str]]) -> float:
    """Return seconds a job: a sweep of many against one of few."""
    few, many = (seconds(words) for words in make)
    return (many - few) / (MANY - FEW)


def main() -> None:
    """Print seconds a trial of both sweepers, and their difference."""
    storage = [f"hydra.sweeper.storage={sys.argv[1]}"] if len(sys.argv) > 1 else []
    ours, theirs = [], []
    for repeat in range(REPEATS):
        name = f"hydra.sweeper.study_name=bench_{time.time_ns()}_{repeat}"
        optuna = ["hydra/sweeper=optuna", *SPACE, *storage]
        ours.append(slope([[*optuna, f"{name}_{n}", f"hydra.sweeper.n_trials={n}"] for n in (FEW, MANY)]))
        theirs.append(slope([[f"seed=range({n})"] for n in (FEW, MANY)]))
    added = np.array(ours) - np.array(theirs)
    print(f"ms a job, median [lowest, highest] of {REPEATS}, {storage[0] if storage else 'journal file'}")
    for what, values in (("Hydra's sweeper", theirs), ("Optuna sweeper", ours), ("difference", added)):
        low, middle, high = 1000 * np.quantile(values, [0, 0.5, 1])
        print(f"{what:16} {middle:6.0f} [{low:.0f}, {high:.0f}]")


if __name__ == "__main__":
    main()
