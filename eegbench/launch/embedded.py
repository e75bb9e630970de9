"""Use of Hydra and of global settings inside another program, such as a notebook, which has its own afterwards."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig


@contextmanager
def as_before() -> Iterator[None]:
    """Restore after the block what a run changes in its process.

    These are the arguments, the environment, our log, Hydra's instances, random states, and torch's choice of
    algorithms. Signal handlers are not changed: a notebook's interrupt raises KeyboardInterrupt.
    """
    from eegbench.environment import libraries_restored  # here, as it loads torch

    arguments, variables = sys.argv, dict(os.environ)
    logger, other = logging.getLogger("eegbench"), logging.getLogger("fontTools")
    log = logger.handlers, logger.level, other.level
    instances = GlobalHydra.instance().hydra, HydraConfig.instance().cfg
    try:
        with libraries_restored(), _main_not_imported():
            yield
    finally:
        GlobalHydra.instance().hydra, HydraConfig.instance().cfg = instances
        logger.handlers = log[0]
        logger.setLevel(log[1])
        other.setLevel(log[2])
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
