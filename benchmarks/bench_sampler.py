"""How many relative-positioning pairs a second, against pairs drawn one by one in the same run.

Run ``python benchmarks/bench_sampler.py`` from the repository's root; everything runs on one core.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from side_by_side import ratios, shown

from eegbench.sampler.base import Sampler
from eegbench.sampler.legacy_relative_positioning import LegacyRelativePositioning
from eegbench.sampler.relative_positioning import RelativePositioning

N_NIGHTS = 150
N_WINDOWS = 1100
REPEATS = 5
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


def by_turns(samplers: list[Sampler], table: pd.DataFrame) -> list[list[float]]:
    """Return pairs a second of each sampler, measured in turn, the sorting of the table included."""
    rounds = [
        [_rate(lambda s=sampler: len(s.draw(table, np.random.default_rng(0)))) for sampler in samplers]
        for _ in range(REPEATS)
    ]
    return [list(column) for column in zip(*rounds, strict=True)]


def _rate(draw: Callable[[], int]) -> float:
    start = time.perf_counter()
    n = draw()
    return n / (time.perf_counter() - start)


def main() -> None:
    """Print one line a sampler."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    table = nights()
    sizes = [(n_pairs, same) for n_pairs in (2_000, 20_000) for same in (True, False)]
    legacy = LegacyRelativePositioning(n_pairs=20, **TAU, random_state=87)
    reference, *rates = by_turns([legacy, *(vectorised(*size) for size in sizes)], table)
    print(f"{N_NIGHTS} recordings of {N_WINDOWS} windows, one core; draws use no GPU")
    print(f"{'pairs a second, median [lowest, highest] of ' + str(REPEATS):50} {'':34} times as many")
    print(f"{'one by one (legacy)':50} {shown(reference):34}")
    for (n_pairs, same), rate in zip(sizes, rates, strict=True):
        title = f"{n_pairs} a recording, negatives {'same recording' if same else 'other recording'}"
        print(f"{title:50} {shown(rate):34} {shown(ratios(rate, reference, more_is_better=True))}")


if __name__ == "__main__":
    main()
