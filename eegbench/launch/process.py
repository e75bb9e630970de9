"""Set-up of the process of a job under any launcher: its share of the cores, its log, its error messages."""

import contextlib
import functools
import logging
import multiprocessing
import os
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from eegbench.address import hide_in, without_secrets
from eegbench.config import read_json
from eegbench.launch.controller import INTERRUPTED
from eegbench.launch.error_message import error_message
from eegbench.launch.interrupt import answer_interrupts
from eegbench.launch.job_log import recorded
from eegbench.sweep.base import MESSAGE
from eegbench.text import outlive_streams, replace_unencodable

T = TypeVar("T")

BEFORE_DATA = {".hydra", "config.yaml", "environment.json", "recordings.json", "train.log"}
"""Files that a run writes before its windows are cut and assigned to splits."""

_launched_here = False
_failed: Exception | None = None


def as_job(verb: Callable[[DictConfig], T]) -> Callable[[DictConfig], T | None]:
    """Wrap a verb so that it can run in processes started by joblib or SLURM as well as in the main process.

    Relative paths count from the directory in which the command was typed, also with ``hydra.job.chdir=true``.
    """

    @functools.wraps(verb)
    def job(config: DictConfig) -> T | None:
        with contextlib.chdir(HydraConfig.get().runtime.cwd):
            return run(config)

    def run(config: DictConfig) -> T | None:
        if _launched_here:
            return _run_here(verb, config)
        _settle()
        take_share(config)
        try:
            with recorded(str(HydraConfig.get().job.config_name)):
                return verb(config)
        except KeyboardInterrupt:
            if multiprocessing.parent_process() is not None:  # a joblib worker would start the next job
                os._exit(INTERRUPTED)
            ended = InterruptedError("a job was stopped from outside; its log has the command that finishes its run.")
            setattr(ended, MESSAGE, str(ended))
            raise ended from None
        except Exception as error:
            hide_in(error)
            _keep_message(error)
            raise

    return job


def launched_here() -> None:
    """Record that jobs run in the main process, which prints the log and error messages."""
    global _launched_here
    _launched_here = True
    show_log()


def raise_failed() -> None:
    """Raise the error of a single run after Hydra has finished.

    Raises
    ------
    Exception
        The error of the run.
    """
    global _failed
    error, _failed = _failed, None
    if error is not None:
        raise error


def show_log() -> None:
    """Print our log messages on standard error, without prefixes."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it logs each font that it puts into a PDF
    logger = logging.getLogger("eegbench")
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler()
    handler.setFormatter(_Message())
    logger.handlers = [handler]  # a new one, as standard error may have changed


class _Message(logging.Formatter):
    """The message of a record, without passwords."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(record.getMessage())


def take_share(config: DictConfig) -> None:
    """Limit this job's threads and processes to its share of the cores.

    A resumed run uses its original number of threads, because another number would change the last bits of results.
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
        note = "this run had %d threads and has %d now: results may differ in their last bits"
        logging.getLogger(__name__).info(note, before, n_threads())


def _run_here(verb: Callable[[DictConfig], T], config: DictConfig) -> T | None:
    """Run a job in the main process; the error of a single run is stored, as Hydra would print it too."""
    global _failed
    is_single = HydraConfig.get().mode == RunMode.RUN
    try:
        take_share(config)
        with recorded(str(HydraConfig.get().job.config_name)):
            return verb(config)
    except Exception as error:
        hide_in(error)
        if not is_single:
            _keep_message(error)
            raise
        _failed = error
        return None
    finally:
        if is_single and not config.get("resume"):
            _remove_empty(Path(HydraConfig.get().runtime.output_dir))


def _remove_empty(folder: Path) -> None:
    """Remove the folder of a run that ended before it wrote any results."""
    with contextlib.suppress(OSError):
        if {path.name for path in folder.iterdir()} <= BEFORE_DATA:
            shutil.rmtree(folder)


def _threads_before(run: str | None) -> int | None:
    """Return the number of threads of an interrupted run; None if there is no such run or it is unknown."""
    file = Path(run or "") / "environment.json"
    threads = str(read_json(file).get("threads")) if run and file.is_file() else ""
    return int(threads) if threads.isdecimal() and int(threads) > 0 else None


def _n_jobs() -> int:
    """Return the number of jobs that joblib runs in parallel, in its convention; 1 under other launchers."""
    hydra = HydraConfig.get()
    return int(hydra.launcher.get("n_jobs") or 1) if hydra.mode == RunMode.MULTIRUN else 1


def _n_asked() -> int | None:
    """Return the number of cores allocated by a scheduler or requested by the launcher; None if neither is known."""
    hydra = HydraConfig.get()
    asked = hydra.launcher.get("cpus_per_task") if hydra.mode == RunMode.MULTIRUN else None
    return int(os.environ.get("SLURM_CPUS_PER_TASK") or asked or 0) or None


def _settle() -> None:
    """Configure a launcher's process in the same way as the main process."""
    outlive_streams()
    replace_unencodable()
    show_log()
    multiprocessing.set_start_method("spawn", force=True)  # children of joblib's workers do not know its own
    answer_interrupts(has_jobs=False)


def _keep_message(error: Exception) -> None:
    """Store the message in the error: its traceback is not passed on to the main process."""
    message = error_message(error, str(HydraConfig.get().job.config_name))
    if message is None:  # an error of the program
        error.add_note("In the job:\n" + "".join(traceback.format_exception(error)))
    else:
        setattr(error, MESSAGE, message)
