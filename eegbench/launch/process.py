"""Prepare the process of a job, wherever a launcher starts it: its share of the cores, its log, its error messages."""

import contextlib
import functools
import logging
import multiprocessing
import os
import shutil
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from eegbench.config import read_json
from eegbench.launch.error_message import MESSAGE, error_message
from eegbench.launch.interrupt import INTERRUPTED, answer_interrupts
from eegbench.text import outlive_streams, replace_unencodable

T = TypeVar("T")

BEFORE_DATA = {".hydra", "config.yaml", "environment.json", "recordings.json"}
"""What a run writes before its windows are cut and assigned to splits."""

_launched_here = False
_failed: Exception | None = None


def as_job(verb: Callable[[DictConfig], T]) -> Callable[[DictConfig], T | None]:
    """Make a verb fit to run in a process of its own that joblib or SLURM starts, as well as in the program's."""

    @functools.wraps(verb)
    def job(config: DictConfig) -> T | None:
        if _launched_here:
            return _run_here(verb, config)
        _settle()
        take_share(config)
        try:
            return verb(config)
        except KeyboardInterrupt:
            if multiprocessing.parent_process() is not None:  # a worker of joblib would go on with the next job
                os._exit(INTERRUPTED)
            ended = InterruptedError("a job was ended from outside; its log says how its run is finished.")
            setattr(ended, MESSAGE, str(ended))
            raise ended from None
        except Exception as error:
            _keep_message(error)
            raise

    return job


def launched_here() -> None:
    """Note that the program itself runs in this process: it shows the log and prints error messages."""
    global _launched_here
    _launched_here = True
    show_log()


def raise_failed() -> None:
    """Raise the error of a single run, once Hydra is done.

    Raises
    ------
    Exception
        What the run ended with.
    """
    global _failed
    error, _failed = _failed, None
    if error is not None:
        raise error


def show_log() -> None:
    """Print what our modules log, plainly, on standard error."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it logs each font that it puts into a PDF
    logger = logging.getLogger("eegbench")
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers = [handler]  # a new one, as standard error may be another than before


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


def _run_here(verb: Callable[[DictConfig], T], config: DictConfig) -> T | None:
    """Run a job in the program's own process; the error of a single run waits, as Hydra would print it too."""
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
            _remove_empty(Path(HydraConfig.get().runtime.output_dir))


def _remove_empty(folder: Path) -> None:
    """Remove the folder of a run that ended before anything but its options was in it."""
    with contextlib.suppress(OSError):
        if {path.name for path in folder.iterdir()} <= BEFORE_DATA:
            shutil.rmtree(folder)


def _threads_before(run: str | None) -> int | None:
    """Return how many threads an interrupted run had; None where there is none or it is not known."""
    file = Path(run or "") / "environment.json"
    threads = str(read_json(file).get("threads")) if run and file.is_file() else ""
    return int(threads) if threads.isdecimal() and int(threads) > 0 else None


def _n_jobs() -> int:
    """Return how many jobs joblib runs at a time, as it counts them; 1 under other launchers."""
    hydra = HydraConfig.get()
    return int(hydra.launcher.get("n_jobs") or 1) if hydra.mode == RunMode.MULTIRUN else 1


def _n_asked() -> int | None:
    """Return the cores that a scheduler gave this job, or that its launcher asks for; None where neither says."""
    hydra = HydraConfig.get()
    asked = hydra.launcher.get("cpus_per_task") if hydra.mode == RunMode.MULTIRUN else None
    return int(os.environ.get("SLURM_CPUS_PER_TASK") or asked or 0) or None


def _settle() -> None:
    """Make a launcher's process behave as the program's own does."""
    outlive_streams()
    replace_unencodable()
    show_log()
    multiprocessing.set_start_method("spawn", force=True)  # joblib's own is unknown to the children of its workers
    answer_interrupts(has_jobs=False)
    if multiprocessing.parent_process() is not None:
        _end_with_parent(INTERRUPTED)


def _end_with_parent(status: int) -> None:
    """Watch the process that started this one from a thread, and end this one when it is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(status)

    threading.Thread(target=watch, daemon=True).start()


def _keep_message(error: Exception) -> None:
    """Write into an error what only this process knows: its traceback does not travel to the program."""
    message = error_message(error, str(HydraConfig.get().job.config_name))
    if message is None:  # a fault of the program
        error.add_note("In the job:\n" + "".join(traceback.format_exception(error)))
    else:
        setattr(error, MESSAGE, message)
