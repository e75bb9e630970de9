"""Workers of a joblib sweep end with the controller that started them, even if it ends before their first job."""

import os
import threading
import time
from collections.abc import Callable

CONTROLLER = "EEGBENCH_CONTROLLER"
"""Environment variable with the process id of the controller."""

INTERRUPTED = 130
"""Exit status of a program that ends before its work is done, by the convention of shells for Ctrl-C."""

POLL_S = 1.0


def lead() -> None:
    """Name this process as the controller of the processes that it starts from now on."""
    os.environ[CONTROLLER] = str(os.getpid())


def follow(leave: Callable[[int], object] = os._exit) -> None:
    """Leave this process, if its controller started it, as soon as the controller has ended.

    Called when a worker begins its first job, while the controller may have ended before. Processes that workers start
    are children of the worker, not of the controller; they leave only if the controller has ended already.

    Parameters
    ----------
    leave
        Function that ends the process at once with an exit status.
    """
    text = os.environ.get(CONTROLLER, "")
    if not text.isdecimal() or int(text) == os.getpid():
        return
    if os.getppid() == int(text):
        _end_with_parent(leave)
    elif not _is_alive(int(text)):
        leave(INTERRUPTED)


def _end_with_parent(leave: Callable[[int], object]) -> None:
    """Watch the parent process from a thread, and leave this process when it has ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL_S)
        leave(INTERRUPTED)

    threading.Thread(target=watch, daemon=True).start()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
