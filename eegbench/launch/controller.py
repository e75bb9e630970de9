"""Workers end with the process that started them, their controller; imports little, as it is the first that they do."""

import os
import threading
import time
from collections.abc import Callable

INTERRUPTED = 130
"""Exit status of a program that ends before its work is done, by the convention of shells for Ctrl-C."""

POLL_S = 1.0


def follow(controller: int, leave: Callable[[int], object] = os._exit) -> None:
    """Leave this process as soon as the controller has ended; at once, if it has ended already.

    Parameters
    ----------
    controller
        Process id of the parent of this process.
    leave
        Function that ends the process at once with an exit status.
    """

    def watch() -> None:
        while os.getppid() == controller:
            time.sleep(POLL_S)
        leave(INTERRUPTED)

    if os.getppid() != controller:
        leave(INTERRUPTED)
    threading.Thread(target=watch, daemon=True).start()
