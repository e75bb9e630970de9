"""Commands of the program in processes that are killed at chosen events: a change of a file, a statement, a step.

A process with the command is forked from a server that has imported the program. At each chosen event it forks
once more: the fork is killed by SIGKILL, and what it leaves is copied. The first process goes on to the next event.
Hundreds of kills thus cost one run, and what each leaves is what a run would leave that was killed there.
"""

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]

CHANGES = {"os.rename": 1, "os.remove": 0, "os.mkdir": 0, "shutil.rmtree": 0}
"""Audit events that change a file, with the position of its path."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

TIMEOUT_S = 600


def run(
    words: Sequence[str], outputs: Path, log: Path, *, kills: Collection[int] = (), left: Path | None = None
) -> tuple[int, list[str]]:
    """Run a command of the program in a process of its own; return its exit status, and its events.

    Parameters
    ----------
    words
        The command, without the name of the program.
    outputs
        Folder whose changes are events.
    log
        File for what is printed; the events are written to ``.events`` next to it.
    kills
        Numbers of the events, from 0, at which a fork is killed.
    left
        Folder for what each killed fork leaves of ``outputs``, by number.
    """
    process = prepared().Process(target=_run, args=(list(words), outputs, log, frozenset(kills), left))
    process.start()
    process.join(TIMEOUT_S)
    if process.is_alive():
        process.kill()
        raise TimeoutError(log.read_text())
    assert process.exitcode is not None
    return process.exitcode, log.with_suffix(".events").read_text().splitlines()


def prepared() -> ForkServerContext:
    """Return the context of processes that have imported the program, and have one thread each."""
    os.environ["PYTHONPATH"] = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    os.environ["OMP_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["fault.preloaded"])
    return context


def _run(words: list[str], outputs: Path, log: Path, kills: frozenset[int], left: Path | None) -> None:
    from eegbench.__main__ import main

    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.fsync = lambda handle: None  # a kill is no power failure
    handle = os.open(log.with_suffix(".events"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    n = -1

    def happened(text: str) -> None:
        nonlocal n
        n += 1
        os.write(handle, f"{text}\n".encode())
        if n in kills:
            _kill_a_fork()
            if left is not None and outputs.exists():
                shutil.copytree(outputs, left / str(n))

    _watch(outputs, happened)
    sys.exit(main(words))


def _kill_a_fork() -> None:
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def _watch(outputs: Path, happened: Callable[[str], None]) -> None:
    """Call a function before each change of a file, statement, step and fit of a probe, and at half of each picture."""
    import sqlalchemy
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    from eegbench.probe.linear import Linear

    def change(event: str, values: tuple[object, ...]) -> None:
        is_written = event == "open" and isinstance(values[2], int) and values[2] & WRITING
        path = values[CHANGES.get(event, 0)] if is_written or event in CHANGES else None
        if isinstance(path, str | Path) and Path(path).is_relative_to(outputs):
            happened(f"{event} {Path(path).relative_to(outputs)}")

    def statement(connection: sqlalchemy.Connection, cursor: object, text: str, *_: object) -> None:
        happened(f"statement {Path(str(connection.engine.url.database)).name} {' '.join(text.split()[:3])}")

    def half_drawn(canvas: FigureCanvasAgg, path: Path, **options: object) -> None:
        draw(canvas, path, **options)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        happened(f"half a picture {path.name}")
        path.write_bytes(whole)

    draw = FigureCanvasAgg.print_png
    FigureCanvasAgg.print_png = half_drawn
    sys.addaudithook(change)
    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", statement)
    register_optimizer_step_pre_hook(lambda *_: happened("step"))
    fit = Linear.fit

    def fitted(*args: object, **options: object) -> object:
        happened("probe begins")
        found = fit(*args, **options)  # type: ignore[arg-type]
        happened("probe ends")
        return found

    Linear.fit = fitted  # type: ignore[method-assign,assignment]
