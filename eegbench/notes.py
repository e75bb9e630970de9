"""Collection of the notes that eegbench logs: recordings left out, trials moved, …."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Notes(logging.Handler):
    """Collect the text of each distinct note."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text not in self.texts:
            self.texts.append(text)


@contextmanager
def noted() -> Iterator[list[str]]:
    """Yield the list of notes logged inside the block; it grows until the block ends."""
    handler, logger = _Notes(), logging.getLogger("eegbench")
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield handler.texts
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
