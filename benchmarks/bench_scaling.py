"""How cost and memory grow with the number of nights, where signals are streamed from disk.

Run ``python benchmarks/bench_scaling.py FOLDER`` from the repository's root; FOLDER takes the nights and stores
(about 7 GB for 153) and is used again. For each size: seconds to build the store, seconds of a run with the store
built, from its start to its first validated pass, and the most anonymous memory (``RssAnon``) that its processes held
together, beside that of ``import torch`` alone. In the end the largest size once more, where this user may
make control groups, in one of 4 GB.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from side_by_side import ROOT, count, shown, tell_gpu, with_words

SIZES = (5, 15, 51, 153)
FEWEST = 5
LIMIT_GB = 4
WORDS = ["store.resident=false", "trainer.max_passes=2", "trainer.batch_size=128", "figures=[]", "dataset.hours=10.2"]


def sizes(text: str) -> list[int]:
    """Read numbers between commas, which words for the run may follow."""
    found = [count(number) for number in text.split(",")]
    if min(found) < FEWEST:
        raise argparse.ArgumentTypeError(f"{text}: at least {FEWEST} nights are needed, to train, choose and test")
    return found


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=sizes, default=SIZES, metavar="N,N,…", help="numbers of nights")
    parser.add_argument("--repeats", type=count, default=2, help="runs of each size")
    given, words = with_words(parser)
    alone = watch([sys.executable, "-c", "import torch; torch.ones(9) @ torch.ones(9); print('pass   0')"])
    print(f"import torch alone: {alone['memory']:.0f} MB anonymous")
    titles = ("nights", "store, s", "run, s", "first pass, s", "beyond torch, MB", "s a night")
    print(f"{titles[0]:6}" + "".join(f"{title:>26}" for title in titles[1:]))
    for n_nights in given.sizes:
        command = [*job(given.folder, n_nights), *words]
        build, *found = (watch(command) for _ in range(given.repeats + 1))
        shutil.rmtree(given.folder / "outputs" / "runs", ignore_errors=True)
        runs = [one["seconds"] for one in found]
        columns = (
            [max(0.0, build["seconds"] - min(runs))],
            runs,
            [one["first"] for one in found],
            [one["memory"] - alone["memory"] for one in found],
            [one / n_nights for one in runs],
        )
        print(f"{n_nights:6}" + "".join(f"{shown(column):>26}" for column in columns), flush=True)
    tell_gpu()
    with group(LIMIT_GB) as enter:
        if enter is None:
            print(f"no control group can be made here: the run in {LIMIT_GB} GB is left out")
        else:
            found = watch(command, enter)
            print(f"{given.sizes[-1]} nights in a group of {LIMIT_GB} GB, its cache included: {found['seconds']:.1f} s")


def job(folder: Path, n_nights: int) -> list[str]:
    """Return the command of a run on so many nights."""
    each = 3 if n_nights % 3 == 0 and n_nights >= 3 * FEWEST else 1
    nights = [f"dataset.n_subjects={n_nights // each}", f"dataset.n_nights={each}", f"dataset.root={folder / 'nights'}"]
    return [sys.executable, "-m", "eegbench", "train", *nights, f"paths.outputs={folder / 'outputs'}", *WORDS]


@contextmanager
def group(limit_gb: int) -> Iterator[Callable[[], None] | None]:
    """Make a control group with so much memory; yield what lets a process enter it, None where that is not allowed."""
    version_1, version_2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    root, limit = (version_1, "memory.limit_in_bytes") if version_1.is_dir() else (version_2, "memory.max")
    folder = root / f"eegbench-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / limit).write_text(str(limit_gb * 2**30))
    except OSError:
        yield None
        return

    def enter() -> None:
        (folder / "cgroup.procs").write_text(str(os.getpid()))

    try:
        yield enter
    finally:
        folder.rmdir()


def watch(command: list[str], enter: Callable[[], None] | None = None) -> dict[str, float]:
    """Run a program; return its seconds, those until it speaks of pass 0, and the most MB it held, mapped files too."""
    began, memory, resident = time.perf_counter(), 0.0, 0.0
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=enter
    ) as process:
        assert process.stdout is not None
        spoken: list[tuple[float, str]] = []
        listener = threading.Thread(
            target=lambda: spoken.extend((time.perf_counter() - began, line) for line in process.stdout or ())
        )
        listener.start()
        for anonymous, mapped in _memory(process):
            memory, resident = max(memory, anonymous), max(resident, anonymous + mapped)
        listener.join()
    if process.returncode != 0:
        sys.exit("".join(line for _, line in spoken[-20:]))
    first = next((at for at, line in spoken if line.startswith("pass   0")), 0.0)
    return {"seconds": time.perf_counter() - began, "first": first, "memory": memory, "resident": resident}


def _memory(process: subprocess.Popen[str]) -> Iterator[tuple[float, float]]:
    """Yield the MB that the program and the processes below it hold, anonymous and of mapped files."""
    while process.poll() is None:
        with suppress(psutil.Error):
            below = psutil.Process(process.pid)
            pids = [each.pid for each in (below, *below.children(recursive=True))]
            yield sum(_held(pid, "Anon") for pid in pids), sum(_held(pid, "File") for pid in pids)
        time.sleep(0.05)


def _held(pid: int, kind: str) -> float:
    try:
        found = re.search(rf"Rss{kind}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    except OSError:
        return 0.0
    return int(found[1]) / 1e3 if found else 0.0


if __name__ == "__main__":
    main()
