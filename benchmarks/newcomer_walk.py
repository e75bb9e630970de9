"""The first hour of a newcomer, as commands: wall time, processor time and typing of each step.

Run ``python3 benchmarks/newcomer_walk.py [--into FOLDER]`` from the repository's root, with the Python of the system:
the walk clones the repository and makes its own environment. The commands are those of README and CONTRIBUTING. The
two files of the new model are written as CONTRIBUTING explains. Typing is counted in characters, and converted to
time at 200 characters (40 words) per minute. The walk ends at the first command that fails.
"""

import argparse
import os
import resource
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
CHARACTERS_PER_MINUTE = 200
START_S = 300
"""Seconds within which the pages must answer."""

SMALL = ["dataset.n_subjects=4", "dataset.hours=1", "trainer.max_passes=1"]
"""Options with which every run takes seconds, to try the walk itself."""

MODULE = '''"""Mean power of learned filters."""

from jaxtyping import Float
from torch import Tensor, nn

from eegbench.model.base import SignalEncoder


class FilterPower(SignalEncoder):
    """Filter the channels, square, average over time, and map linearly.

    Parameters
    ----------
    n_channels, n_times, sfreq
        Form of a window: channels, samples, Hz.
    n_filters
        Number of filters, each a quarter of a second long.
    embed_dim
        Size of an embedding.
    """

    def __init__(self, *, n_channels: int, n_times: int, sfreq: float, n_filters: int, embed_dim: int) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.filters = nn.Conv1d(n_channels, n_filters, int(sfreq / 4))
        self.linear = nn.Linear(n_filters, embed_dim)

    def features(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch 1 n_filters"]:
        """Return the mean power of each filter's output."""
        return self.filters(x).square().mean(2).log1p().unsqueeze(1)

    def embed(self, x: Float[Tensor, "batch n_channels n_times"]) -> Float[Tensor, "batch embed_dim"]:
        """Map the powers to an embedding."""
        return self.linear(self.features(x).squeeze(1))
'''

OPTIONS = """_target_: eegbench.model.filter_power.FilterPower
n_filters: 16   # each a quarter of a second long
embed_dim: 32
"""


@dataclass(frozen=True)
class Step:
    """A step that was taken: its name, seconds of wall and processor time, and typed characters."""

    name: str
    wall_s: float
    cpu_s: float
    n_typed: int


class Walk:
    """The folder of the walk, the programs that it uses, and the steps taken so far."""

    def __init__(self, folder: Path, programs: Path | None, more: list[str]) -> None:
        self.clone = folder / "eegbench"
        self.programs = programs or self.clone / ".venv" / "bin"
        self.makes_environment = programs is None
        self.more = more
        self.steps: list[Step] = []

    def take(self, name: str, *commands: str, work: Callable[[], None] | None = None, typed: str = "") -> None:
        """Run the commands of a step, or its function, and keep its times."""
        print(f"\n== {name}", flush=True)
        wall, cpu = time.perf_counter(), _cpu_s()
        for command in commands:
            print(f"$ {command}", flush=True)
            if subprocess.run(command, shell=True, cwd=self.where(), env=self.environment(), check=False).returncode:
                sys.exit(f"the step {name!r} failed: {command}")
        if work:
            work()
        n_typed = len(typed) + sum(len(command) for command in commands)
        self.steps.append(Step(name, time.perf_counter() - wall, _cpu_s() - cpu, n_typed))

    def where(self) -> Path:
        """Return the clone, or the folder of the walk before there is one."""
        return self.clone if self.clone.is_dir() else self.clone.parent

    def environment(self) -> dict[str, str]:
        """Return an environment in which the clone's code is used, and none of another clone."""
        kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
        source = {} if self.makes_environment else {"PYTHONPATH": str(self.clone)}
        return {**kept, "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}", **source}

    def train(self, words: str) -> str:
        """Return a command that trains, with the options that make it small."""
        return " ".join([f"eegbench train {words}", *self.more]).strip()

    def newest_run(self) -> Path:
        """Return the folder of the newest run."""
        return max((self.clone / "outputs" / "runs").iterdir(), key=lambda one: one.stat().st_mtime)

    def open_pages(self) -> None:
        """Start ``eegbench ui``, wait for an answer, and stop it as Ctrl-C does."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        command = ["eegbench", "ui", "--port", str(port)]
        ends = time.monotonic() + START_S
        with subprocess.Popen(command, cwd=self.clone, env=self.environment()) as pages:
            while True:
                try:
                    status = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).status
                    break
                except OSError:
                    if pages.poll() is not None or time.monotonic() > ends:
                        pages.terminate()
                        sys.exit("the step 'open the pages' failed")
                    time.sleep(0.2)
            print(f"the pages answer with status {status}", flush=True)
            pages.send_signal(signal.SIGINT)

    def add_model(self) -> None:
        """Write the two files of a new model."""
        (self.clone / "eegbench" / "model" / "filter_power.py").write_text(MODULE, encoding="utf-8")
        (self.clone / "conf" / "model" / "filter_power.yaml").write_text(OPTIONS, encoding="utf-8")


def main() -> None:
    """Take the walk and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="an empty folder that stays (a temporary one)")
    parser.add_argument("--programs", type=Path, metavar="FOLDER", help="bin of an environment: none is made")
    parser.add_argument("--small", action="store_true", help="runs that take seconds, to try the walk itself")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = (given.into or Path(aside)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        programs = given.programs.absolute() if given.programs else None
        walk(Walk(folder, programs, SMALL if given.small else []))


def walk(here: Walk) -> None:
    """Take all steps."""
    more = shlex.quote(" ".join(here.more))
    first = f"make train ARGS={more}" if here.makes_environment else here.train("")
    here.take("clone", f"git clone -q {SOURCE} eegbench")
    here.take("make train" if here.makes_environment else "train", first)
    here.take("open the pages", work=here.open_pages, typed="make ui")
    here.take("change the task", here.train("task=temporal_shuffling name=tasks"))
    here.take("sweep", here.train("-m name=tasks task=relative_positioning,temporal_shuffling seed=1,2"))
    here.take("compare", "eegbench compare --experiment tasks --group-by task")
    here.take("add a model", work=here.add_model, typed=MODULE + OPTIONS)
    here.take("train it", here.train("model=filter_power name=tasks"))
    here.take(
        "stage a new night",
        "eegbench data simulate --out nights dataset.n_subjects=1 dataset.seed=99",
        f"eegbench predict --run {here.newest_run()} nights --out staged",
    )
    print_table(here.steps)


def print_table(steps: list[Step]) -> None:
    """Print the times of all steps and their sum as a Markdown table."""
    every = Step(
        "all",
        sum(one.wall_s for one in steps),
        sum(one.cpu_s for one in steps),
        sum(one.n_typed for one in steps),
    )
    print("\n| step | wall (s) | processor (s) | typed (characters) | hands (s) |\n|---|---|---|---|---|")
    for one in (*steps, every):
        hands_s = 60 * one.n_typed / CHARACTERS_PER_MINUTE
        print(f"| {one.name} | {one.wall_s:.0f} | {one.cpu_s:.0f} | {one.n_typed:,} | {hands_s:.0f} |")
    minutes = (every.wall_s + 60 * every.n_typed / CHARACTERS_PER_MINUTE) / 60
    print(f"\nhands and machine: {minutes:.1f} minutes")


def _cpu_s() -> float:
    """Return the processor time of all children that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
