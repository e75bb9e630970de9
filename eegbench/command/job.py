"""A job of a multirun, wherever a launcher starts it: its share of the cores, its notes, its errors as sentences."""

import contextlib
import functools
import json
import logging
import multiprocessing
import os
import shutil
import signal
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil  # here: an interrupt may come while others import it
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

T = TypeVar("T")

INTERRUPTED = 130
"""The exit status of a program that Ctrl-C ended, by the shells' convention."""

PATIENCE_S = 30
"""How long a job may take to say that it was interrupted."""

NOTES = {".hydra", "config.yaml", "environment.json"}
"""What a run writes before it looks at data."""

_launched_here = False
_failed: Exception | None = None
_interrupted = False


def as_job(verb: Callable[[DictConfig], T]) -> Callable[[DictConfig], T | None]:
    """Make a verb fit to run in a process of its own that joblib or SLURM starts, as well as in the program's."""

    @functools.wraps(verb)
    def job(config: DictConfig) -> T | None:
        if _launched_here:
            return _plainly(verb, config)
        _settle()
        take_share(config)
        try:
            return verb(config)
        except KeyboardInterrupt:
            if multiprocessing.parent_process() is not None:  # a worker of joblib would go on with the next job
                os._exit(INTERRUPTED)
            ended = InterruptedError("a job was ended from outside; its log says how its run is finished.")
            ended.__dict__["sentence"] = str(ended)
            raise ended from None
        except Exception as error:
            _tell(error)
            raise

    return job


def _plainly(verb: Callable[[DictConfig], T], config: DictConfig) -> T | None:
    """Run a job in the program's own process; the error of a single run waits, as Hydra would tell it too."""
    global _failed
    is_single = HydraConfig.get().mode == RunMode.RUN
    try:
        take_share(config)
        return verb(config)
    except Exception as error:
        if not is_single:
            raise
        _failed = error
        return None
    finally:
        if is_single and not config.get("resume"):
            _leave_no_stub(Path(HydraConfig.get().runtime.output_dir))


def _leave_no_stub(folder: Path) -> None:
    """Take away the folder of a run that ended before anything but notes of its options was in it."""
    with contextlib.suppress(OSError):
        if {path.name for path in folder.iterdir()} <= NOTES:
            shutil.rmtree(folder)


def raise_failed() -> None:
    """Raise the error of a single run, once Hydra is done."""
    global _failed
    error, _failed = _failed, None
    if error is not None:
        raise error


def launched_here() -> None:
    """Note that the program itself runs in this process: it shows notes and tells errors."""
    global _launched_here
    _launched_here = True
    show_notes()


def show_notes() -> None:
    """Show what our modules note while they work, plainly, on standard error."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells each font it puts into a PDF
    logger = logging.getLogger("eegbench")
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers = [handler]  # a new one, as standard error may be another than before


def answer_interrupts() -> None:
    """Treat a polite kill, as schedulers send it, as Ctrl-C: the run says so in MLflow and can be resumed."""
    global _interrupted
    _interrupted = False
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # a shell's background job is to ignore Ctrl-C
            signal.signal(number, _interrupt)


def stop_if_interrupted() -> None:
    """Interrupt once more what an interrupt did not end: Python drops one that comes while it deletes an object."""
    if _interrupted:
        raise KeyboardInterrupt


def _interrupt(number: int, frame: object) -> None:  # noqa: ARG001  the signature of signal handlers
    """Interrupt the jobs, then this process; meanwhile a second signal must not disturb what the first set going."""
    global _interrupted
    _interrupted = True
    before = {each: signal.signal(each, _ignore) for each in (signal.SIGINT, signal.SIGTERM)}
    if _launched_here:
        _end_jobs()
        for each, handler in before.items():
            signal.signal(each, handler)
    raise KeyboardInterrupt


def _ignore(number: int, frame: object) -> None:
    """Do nothing, as a function: SIG_IGN would complain of a signal that has come just before."""


def _end_jobs() -> None:
    """End the jobs that a launcher started on this machine: politely, so that each run is marked as killed."""
    jobs, below = [], []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any("popen_loky" in word or word == "submitit.local._local" for word in child.cmdline()):
                jobs.append(child)
                below += child.children(recursive=True)
                child.terminate()
    psutil.wait_procs(jobs, timeout=PATIENCE_S)
    for process in (*jobs, *below):
        with contextlib.suppress(psutil.Error):
            process.kill()


def take_share(config: DictConfig) -> None:
    """Let this job use no more threads and processes than its share of the cores.

    A resumed run takes as many threads as it had before: another number would change its last bits.
    """
    from eegbench.environment import (  # here, so that --help need not import torch
        n_threads,
        set_threads,
        share_of_cores,
    )
    from eegbench.progress import limit_cores, n_cores

    limit_cores(None)
    share = share_of_cores(n_cores(), n_jobs=_n_jobs(), n_asked=_n_asked())
    before = _threads_before(config.get("resume"))
    if min(share, before or share) < n_cores():
        limit_cores(share)
        set_threads(min(share, before or share))
    if before is not None and before != n_threads():
        note = "this run had %d threads and has %d now: it goes on, but not to the same last bits"
        logging.getLogger(__name__).info(note, before, n_threads())


def _threads_before(run: str | None) -> int | None:
    """Return how many threads an interrupted run had; None where there is none or nobody wrote it down."""
    file = Path(run or "") / "environment.json"
    facts = json.loads(file.read_text(encoding="utf-8")) if run and file.is_file() else {}
    return int(facts["threads"]) if "threads" in facts else None


def _n_jobs() -> int:
    """Return how many jobs joblib runs at a time, as it counts them; 1 under other launchers."""
    hydra = HydraConfig.get()
    return int(hydra.launcher.get("n_jobs") or 1) if hydra.mode == RunMode.MULTIRUN else 1


def _n_asked() -> int | None:
    """Return the cores that a scheduler gave this job, or that its launcher asks for; None where nobody says."""
    hydra = HydraConfig.get()
    asked = hydra.launcher.get("cpus_per_task") if hydra.mode == RunMode.MULTIRUN else None
    return int(os.environ.get("SLURM_CPUS_PER_TASK") or asked or 0) or None


def _settle() -> None:
    """Make a launcher's process behave as the program's own does."""
    show_notes()
    multiprocessing.set_start_method("spawn", force=True)  # joblib's own is unknown to the children of its workers
    answer_interrupts()
    if multiprocessing.parent_process() is not None:
        end_with_parent(INTERRUPTED)


def end_with_parent(status: int) -> None:
    """Watch the process that started this one from a thread, and end this one when it is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(status)

    threading.Thread(target=watch, daemon=True).start()


def _tell(error: Exception) -> None:
    """Write into the error what only this process knows: its traceback does not travel."""
    from eegbench.command.launch import explain

    sentence = explain(error, str(HydraConfig.get().job.config_name))
    if sentence is None:  # a fault of the program
        error.add_note("In the job:\n" + "".join(traceback.format_exception(error)))
    else:
        error.__dict__["sentence"] = sentence
