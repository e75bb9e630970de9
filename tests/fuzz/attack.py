"""Attack on a reader: it gets mutated files, and must read them or raise an error with the user's own message."""

import collections
import gc
import random
import resource
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fuzz.mutation import mutated

from eegbench.launch.error_message import error_message

LIMIT_S = 10
"""Seconds of computing after which a reading hangs; on a busy machine it may last longer."""

WAITING_S = 300
"""Seconds after which a reading hangs that does not compute."""

MEMORY = 2 << 30
"""Bytes that a reading of a file of some kB may take in addition."""


class Hang(BaseException):
    """Raised in a reading that takes too long; no reader catches it."""


@dataclass(frozen=True)
class Target:
    """A reader and sound files.

    Attributes
    ----------
    write
        Writes the sound files into an empty folder.
    read
        Reads the folder.
    attacked
        Glob pattern of the files that are mutated.
    """

    write: Callable[[Path], object]
    read: Callable[[Path], object]
    attacked: str = "**/*"


@dataclass
class Outcome:
    """Number of inputs that were read, and refused, and what else happened: kind and examples of seeds."""

    n_read: int = 0
    n_refused: int = 0
    found: dict[str, list[int]] = field(default_factory=lambda: collections.defaultdict(list))

    @property
    def n(self) -> int:
        return self.n_read + self.n_refused + sum(map(len, self.found.values()))


def attack(target: Target, folder: Path, seeds: range) -> Outcome:
    """Read one mutated file per seed."""
    sound = folder / "sound"
    sound.mkdir()
    target.write(sound)
    target.read(sound)
    outcome = Outcome()
    for seed in seeds:
        inputs = folder / "in" / str(seed)
        shutil.copytree(sound, inputs)
        mutate(target, inputs, seed)
        before = contents(inputs)
        kind = fate(target, inputs)
        if contents(inputs) != before:
            kind = "wrote into the folder"
        if kind == "read":
            outcome.n_read += 1
        elif kind == "refused":
            outcome.n_refused += 1
        else:
            outcome.found[kind].append(seed)
        shutil.rmtree(inputs)
    return outcome


def mutate(target: Target, inputs: Path, seed: int) -> Path:
    """Mutate one of the files."""
    rng = random.Random(seed)
    path = rng.choice(sorted(one for one in inputs.glob(target.attacked) if one.is_file()))
    path.write_bytes(mutated(path.read_bytes(), rng))
    return path


def contents(folder: Path) -> Mapping[Path, int]:
    return {path: path.stat().st_size for path in folder.rglob("*")}


def fate(target: Target, inputs: Path) -> str:
    """Return read, refused, or what went wrong: the error, with the innermost line of eegbench."""
    try:
        with limits():
            target.read(inputs)
    except Hang as error:
        return f"hang: {_place(error)}"
    except MemoryError as error:
        return f"memory: {_place(error)}"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        message = error_message(error, "train")
        if message is None:
            return f"{type(error).__name__}: {_place(error)}"
        if str(inputs) not in message:
            return f"no file named: {_place(error)}: {message[:100]}"
        return "refused" if len(message) < 3000 else f"endless message: {_place(error)}"
    finally:
        gc.collect(0)
    return "read"


@contextmanager
def limits() -> Iterator[None]:
    """Limit the time and the memory of the block."""

    def stop(*_: object) -> None:
        raise Hang

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    timers = {signal.SIGPROF: (signal.ITIMER_PROF, LIMIT_S), signal.SIGALRM: (signal.ITIMER_REAL, WAITING_S)}
    earlier = {number: signal.signal(number, stop) for number in timers}
    for timer, seconds in timers.values():
        signal.setitimer(timer, seconds)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, hard))
    try:
        yield
    finally:
        for number, (timer, _) in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, earlier[number])
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "/eegbench/" in one.filename and "/tests/" not in one.filename]
    one = (ours or frames)[-1]
    return f"{Path(one.filename).name}:{one.lineno} {one.name}"
