"""Use of Hydra and of global settings inside another program, such as a notebook, which has its own afterwards."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig

from eegbench.launch.job_log import LOGGER


@contextmanager
def as_before() -> Iterator[None]:
    """Restore after the block what a run changes in its process.

    These are the arguments, the environment, logs, Hydra's instances, random states, and torch's choice of
    algorithms. Signal handlers are not changed: a notebook's interrupt raises KeyboardInterrupt.
    """
    from eegbench.environment import libraries_restored  # here, as it loads torch

    arguments, variables = sys.argv, dict(os.environ)
    loggers = [logging.getLogger(name) for name in (None, "eegbench", "fontTools", LOGGER)]
    logs = [(logger.handlers.copy(), logger.level) for logger in loggers]
    instances = GlobalHydra.instance().hydra, HydraConfig.instance().cfg
    sys.argv = arguments[:1]  # the flags of the other program are not ours
    try:
        with libraries_restored(), _main_not_imported():
            yield
    finally:
        GlobalHydra.instance().hydra, HydraConfig.instance().cfg = instances
        for logger, (handlers, level) in zip(loggers, logs, strict=True):
            logger.handlers = handlers
            logger.setLevel(level)
        sys.argv = arguments
        _restore(variables)


@contextmanager
def _main_not_imported() -> Iterator[None]:
    """Keep worker processes from running the user's script again: they need only modules of eegbench.

    A process that is started by ``spawn`` imports the main module, and a script without ``if __name__ == "__main__"``
    would start the run again.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _restore(variables: dict[str, str]) -> None:
    """Restore environment variables; those that did not change stay set all the time."""
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    for name, value in variables.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
