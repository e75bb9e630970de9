"""Load large libraries without a search for garbage among what stays for good: it takes a third of their time."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

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
