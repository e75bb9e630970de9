"""How many relative-positioning pairs a second, against pairs drawn one by one in the same run.

Run ``python benchmarks/bench_sampler.py`` from the repository's root; everything runs on one core.
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from eegbench.sampler.base import Sampler
from eegbench.sampler.legacy_relative_positioning import LegacyRelativePositioning
from eegbench.sampler.relative_positioning import RelativePositioning

N_NIGHTS = 150
N_WINDOWS = 1100
TAU = {"tau_pos_s": 60.0, "tau_neg_s": 900.0}


def nights() -> pd.DataFrame:
    """Make a window table of the size of the Sleep-EDF cassette set."""
    names = [f"SC{night:04d}" for night in range(N_NIGHTS)]
    table = pd.DataFrame({"recording": np.repeat(names, N_WINDOWS), "label": 0, "rejected": False})
    return table.assign(start_s=np.tile(30.0 * np.arange(N_WINDOWS), N_NIGHTS))


def vectorised(n_pairs: int, same_recording: bool) -> RelativePositioning:
    """Return the sampler that is measured."""
    return RelativePositioning(
        n_pairs=n_pairs, **TAU, tau_max_s=None, same_recording=same_recording, no_partner="redraw"
    )


def pairs_a_second(sampler: Sampler, table: pd.DataFrame, n_runs: int) -> float:
    """Return the median over runs, the sorting of the table included."""
    return float(np.median([_rate(lambda: len(sampler.draw(table, np.random.default_rng(0)))) for _ in range(n_runs)]))


def _rate(draw: Callable[[], int]) -> float:
    start = time.perf_counter()
    n = draw()
    return n / (time.perf_counter() - start)


def main() -> None:
    """Print one line a sampler."""
    table = nights()
    legacy = LegacyRelativePositioning(n_pairs=100, **TAU, random_state=87)
    reference = pairs_a_second(legacy, table, n_runs=1)
    print(f"{N_NIGHTS} recordings of {N_WINDOWS} windows, one core")
    print(f"one by one (legacy)                         {reference:12,.0f} pairs/s")
    for n_pairs in (2_000, 20_000):
        for same in (True, False):
            rate = pairs_a_second(vectorised(n_pairs, same), table, n_runs=5)
            where = "same recording" if same else "other recording"
            print(f"{n_pairs:6} a recording, negatives {where:16} {rate:12,.0f} pairs/s  {rate / reference:6.0f} x")


if __name__ == "__main__":
    main()
