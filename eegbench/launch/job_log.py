"""The text that a job prints, for the log file in its folder that ``hydra/job_logging`` describes."""

import contextlib
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any

from eegbench.address import without_secrets
from eegbench.launch.error_message import error_message

LOGGER = "console_text"
"""Logger that receives each printed line; it writes only to the handlers of ``hydra/job_logging``."""

CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Codes for colours and for moving the cursor."""

BAR = "━"
"""Character of progress bars, which are not recorded."""


class WithoutSecrets(logging.Formatter):
    """Format records without passwords."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record."""
        return without_secrets(super().format(record))


class RunLog(logging.FileHandler):
    """A log file that is given up if it cannot be written, as on a full disk: the run itself reports that."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            super().emit(record)
        except OSError:  # the file cannot be opened
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  of logging
        """Write no more."""
        for owner in (logging.getLogger(LOGGER), logging.getLogger()):
            owner.removeHandler(self)
        self.close()

    def close(self) -> None:
        """Close the file; text that does not fit on the disk is lost."""
        with contextlib.suppress(OSError):
            super().close()


class RecordedStream:
    """A stream whose complete lines are also sent to the logger.

    Parameters
    ----------
    stream
        Stream to write to.
    """

    def __init__(self, stream: Any) -> None:
        self.stream, self._rest = stream, ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write a text, and log the lines that it completes."""
        n = int(self.stream.write(text) or len(text))
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            shown = CODES.sub("", line).rpartition("\r")[2].rstrip()
            if shown and BAR not in shown:
                logging.getLogger(LOGGER).info("%s", shown)
        return n


@contextlib.contextmanager
def recorded(config_name: str) -> Iterator[None]:
    """Log what is printed in the block, and the error that ends it, if a handler is configured; then close the file.

    Of several processes that train together, only the first logs.

    Parameters
    ----------
    config_name
        Name of the verb, for the error message.
    """
    logger = logging.getLogger(LOGGER)
    if not logger.handlers or os.environ.get("RANK", "0") != "0":
        with _closed(logger):
            yield
        return
    out, err = RecordedStream(sys.stdout), RecordedStream(sys.stderr)
    with _closed(logger):
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                yield
        except Exception as error:
            message = error_message(error, config_name) or "".join(traceback.format_exception(error)).rstrip()
            logger.error("%s", message)
            raise


@contextlib.contextmanager
def _closed(logger: logging.Logger) -> Iterator[None]:
    """Remove the logger's handlers after the block, also from the root logger: the next job has its own."""
    try:
        yield
    finally:
        for handler in list(logger.handlers):
            for owner in (logger, logging.getLogger()):
                owner.removeHandler(handler)
            handler.close()
