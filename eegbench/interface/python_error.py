"""Errors of the command line in the words of Python: arguments in place of flags, and no exception of Hydra."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from eegbench.address import hide_in
from eegbench.config import ConfigError
from eegbench.launch.error_message import error_message

_WORDS = (
    (r"--channels NAME=ALIAS", "channels={'NAME': 'ALIAS'}"),
    (r"--channels ([^\s=]+)=([^\s:;,]+)", r"channels={'\1': '\2'}"),
    (r"--labels annotations \(or triggers, or '\*\.csv'\)", "labels='annotations'"),
    (r"--labels ([\w'*.]+)", r"labels='\1'"),
    (r"--predictor (NAME|[\w-]+)", r"predictor='\1'"),
    (r"--run (\S+?):", r"\1:"),
    (r"--trust (\S+)", r"trust=['\1']"),
    (r"leave it out with --skip-bad", "leave it out"),
    (r"--skip-bad", "leave it out"),
)
"""Patterns of flags in error messages, and the arguments of Python that replace them."""

OF_OPTIONS = ("hydra", "omegaconf", "yaml")
"""Packages with errors of options; users of Python need not know them."""


@contextmanager
def python_errors(reworded: Callable[[str], str] = str) -> Iterator[None]:
    """Raise errors of options as `ConfigError`, and name Python's arguments in the messages of others.

    An error of the program is not changed.

    Parameters
    ----------
    reworded
        Converts a message of training to the words of another command, before those of Python.
    """
    try:
        yield
    except SystemExit as end:
        raise ConfigError(f"the run ended with the status {end.code}; its messages are above.") from end
    except Exception as error:
        hide_in(error)
        message = error_message(error, "train")
        if message is None:
            raise
        if type(error).__module__.partition(".")[0] in OF_OPTIONS:
            raise ConfigError(in_words_of_python(reworded(message))) from error
        if len(error.args) == 1:  # others have no message of their own
            error.args = (in_words_of_python(reworded(message)),)
        raise


def in_words_of_python(text: str) -> str:
    """Return an error message with arguments of Python in place of flags."""
    for pattern, argument in _WORDS:
        text = re.sub(pattern, argument, text)
    return text
