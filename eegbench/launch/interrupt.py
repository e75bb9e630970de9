"""Handling of Ctrl-C, SIGTERM, SIGHUP (a closed terminal) and other signals, which interrupt a run."""

import contextlib
import signal

import psutil  # imported early: an interrupt may come while others import it

from eegbench.tracking.uninterrupted import SIGNALS

JOB_TIMEOUT_S = 30
"""Time limit in seconds for a job to record its interruption."""

WORKERS = ("popen_loky", "submitit.local")
"""Parts of the command lines of joblib's and submitit's worker processes."""

_is_interrupted = False
_has_jobs = False


def answer_interrupts(*, has_jobs: bool) -> None:
    """Raise KeyboardInterrupt for each of `SIGNALS`, as for Ctrl-C.

    Parameters
    ----------
    has_jobs
        Whether this process may have started jobs, which are then interrupted too.
    """
    global _is_interrupted, _has_jobs
    _is_interrupted, _has_jobs = False, has_jobs
    for number in SIGNALS:
        before = signal.getsignal(number)
        if before is signal.SIG_IGN:  # a shell's background job ignores Ctrl-C, nohup a SIGHUP
            continue
        if number != signal.SIGUSR1 or before in (signal.SIG_DFL, _interrupt):  # a launcher may handle it itself
            signal.signal(number, _interrupt)


def stop_if_interrupted() -> None:
    """Raise KeyboardInterrupt again if it was lost: Python drops one raised while an object is deleted."""
    if _is_interrupted:
        raise KeyboardInterrupt


def _interrupt(number: int, frame: object) -> None:  # noqa: ARG001  the signature of signal handlers
    """Interrupt the jobs, then this process; further signals are ignored until the jobs have ended."""
    global _is_interrupted
    _is_interrupted = True
    before = {each: signal.signal(each, _ignore) for each in SIGNALS}
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a second one kills a process that hangs
    if _has_jobs:
        _end_jobs()
        for each, handler in before.items():
            signal.signal(each, handler)
    raise KeyboardInterrupt


def _ignore(number: int, frame: object) -> None:
    """Do nothing; with SIG_IGN instead, Python would warn about a signal that arrived just before."""


def _end_jobs() -> None:
    """Stop the jobs that a launcher started on this machine, first with SIGTERM, so that runs are marked as killed."""
    jobs, below = [], []
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any(name in word for word in child.cmdline() for name in WORKERS):
                jobs.append(child)
                below += child.children(recursive=True)
                child.terminate()
    psutil.wait_procs(jobs, timeout=JOB_TIMEOUT_S)
    for process in (*jobs, *below):
        with contextlib.suppress(psutil.Error):
            process.kill()
