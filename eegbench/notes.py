"""Collect what our modules note while something is done: recordings left out, trials moved, …."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Notes(logging.Handler):
    """Collects the text of each note, once."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text not in self.texts:
            self.texts.append(text)


@contextmanager
def noted() -> Iterator[list[str]]:
    """Yield the list of what is noted inside the block; it grows until the block ends."""
    handler, logger = _Notes(), logging.getLogger("eegbench")
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield handler.texts
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
