"""How cost and memory grow with the number of nights, where signals are streamed from disk.

Run ``python benchmarks/bench_scaling.py FOLDER`` from the repository's root; FOLDER takes the nights and stores
(about 7 GB for 150) and is used again. For each size: seconds to build the store, seconds of a run with the store
built, from its start to its first validated pass, and the most anonymous memory (``RssAnon``) that the process held,
beside that of ``import torch`` alone.
"""

import argparse
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES = (5, 15, 50, 150)
MOST_SUBJECTS = 100
WORDS = ["store.resident=false", "trainer.max_passes=2", "trainer.batch_size=128", "figures=[]", "dataset.hours=9.0"]


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given, words = parser.parse_known_args()
    alone = watch([sys.executable, "-c", "import torch; torch.ones(9) @ torch.ones(9); print('pass   0')"])
    print(f"import torch alone: {alone['memory']:.0f} MB anonymous")
    print(
        f"{'nights':>7} {'store, s':>9} {'run, s':>8} {'first pass, s':>14} {'beyond torch, MB':>17} {'s a night':>10}"
    )
    for n_nights in given.sizes:
        outputs = given.folder / "outputs"
        each = 1 if n_nights <= MOST_SUBJECTS else 2
        command = [sys.executable, "-m", "eegbench", "train", f"dataset.n_subjects={n_nights // each}"]
        command += [f"dataset.n_nights={each}"]
        command += [f"paths.outputs={outputs}", f"dataset.root={given.folder / 'nights'}", *WORDS, *words]
        build, found = watch(command), watch(command)
        shutil.rmtree(outputs / "runs", ignore_errors=True)
        print(
            f"{n_nights:7} {max(0.0, build['seconds'] - found['seconds']):9.1f} {found['seconds']:8.1f} "
            f"{found['first']:14.1f} {found['memory'] - alone['memory']:17.0f} {found['seconds'] / n_nights:10.2f}",
            flush=True,
        )


def watch(command: list[str]) -> dict[str, float]:
    """Run a program; return its seconds, those until it speaks of pass 0, and the most memory it held."""
    began, memory = time.perf_counter(), 0.0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        spoken: list[tuple[float, str]] = []
        listener = threading.Thread(
            target=lambda: spoken.extend((time.perf_counter() - began, line) for line in process.stdout or ())
        )
        listener.start()
        for anonymous in _memory(process):
            memory = max(memory, anonymous)
        listener.join()
    if process.returncode != 0:
        sys.exit("".join(line for _, line in spoken[-20:]))
    first = next((at for at, line in spoken if line.startswith("pass   0")), 0.0)
    return {"seconds": time.perf_counter() - began, "first": first, "memory": memory}


def _memory(process: subprocess.Popen[str]) -> Iterator[float]:
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        except OSError:
            return
        if found := re.search(r"RssAnon:\s+(\d+) kB", status):
            yield int(found[1]) / 1e3
        time.sleep(0.05)


if __name__ == "__main__":
    main()
