"""How long eight experiments take one after the other, and two at a time under joblib.

Run ``python benchmarks/bench_launcher.py FOLDER_OF_EEGMAT`` from the repository's root, on a machine with nothing else
to do. Shards are built before the clock starts; then both ways take turns.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

N_JOBS = 8
REPEATS = 3
EXPERIMENT = ["experiment=mental_arithmetic", "trainer.max_passes=2", "sampler.n_pairs=20", "figures=[]"]
LAUNCHERS = {"basic": [], "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]}


def seconds(words: Sequence[str]) -> float:
    """Run the program and return how long it took, its start included."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "eegbench", "train", *words], check=True, capture_output=True)
    return time.perf_counter() - start


def compare(root: str, outputs: str) -> None:
    """Print a line a repeat, then the medians and the ratio's median and range."""
    words = [*EXPERIMENT, f"dataset.root={root}", f"paths.outputs={outputs}"]
    print(f"one run: {seconds(words):.1f} s with its shards, {seconds(words):.1f} s without")
    seeds = "seed=" + ",".join(map(str, range(N_JOBS)))
    took: dict[str, list[float]] = {name: [] for name in LAUNCHERS}
    for repeat in range(REPEATS):
        for name in sorted(LAUNCHERS, reverse=bool(repeat % 2)):
            took[name].append(seconds(["-m", *words, seeds, *LAUNCHERS[name]]))
        print("  ".join(f"{name} {times[-1]:.1f} s" for name, times in took.items()), flush=True)
    ratios = [one / two for one, two in zip(took["basic"], took["joblib"], strict=True)]
    medians = {name: statistics.median(times) for name, times in took.items()}
    print(f"{N_JOBS} jobs: basic {medians['basic']:.1f} s, joblib {medians['joblib']:.1f} s")
    print(f"basic / joblib = {statistics.median(ratios):.2f} [{min(ratios):.2f}, {max(ratios):.2f}]")


def main() -> None:
    """Measure with the folder that is given."""
    with tempfile.TemporaryDirectory() as outputs:
        compare(sys.argv[1], outputs)


if __name__ == "__main__":
    main()
