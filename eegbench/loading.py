"""Load large libraries without a search for garbage among what stays for good: it takes a third of their time.

It is imported before any of them: what their threads do is decided when they are loaded.
"""

import atexit
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

SPIN = "50000"
"""Rounds that a thread of OpenMP (GNU's) waits for the others before it leaves its core to them.

By default it is six times as many. Where something else runs on the machine, threads then wait for one that cannot
run because they wait. Fewer rounds than these cost a calm machine time (docs/performance.md).
"""

os.environ.setdefault("GOMP_SPINCOUNT", SPIN)
atexit.register(gc.freeze)  # Python would search once more when all ends, for a second


@contextmanager
def loading() -> Iterator[None]:
    """Suspend garbage collection while modules are imported, and spare what is there then from all later searches."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
