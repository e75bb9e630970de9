"""Run a verb under Hydra, and print errors as messages."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import hydra
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import DictConfig

from eegbench.address import hide_in
from eegbench.config import conf_folder
from eegbench.launch.controller import INTERRUPTED
from eegbench.launch.error_message import error_message
from eegbench.launch.flag import as_question, check_flags, flags_first
from eegbench.launch.help import help_text
from eegbench.launch.interrupt import answer_interrupts
from eegbench.launch.override import HELP, check_choices, check_root, config_dir
from eegbench.launch.plugin import register
from eegbench.launch.process import launched_here, raise_failed
from eegbench.text import read_text

AFTER_INTERRUPT = {
    "train": "preprocessed recordings are saved, and the next run uses them.",
    "explain": "the run stays finished; maps drawn so far are saved.",
}
"""Messages about the state after an interrupt, by verb."""


class UserOptionsFirst(SearchPathPlugin):  # type: ignore[misc]
    """Put the folder of ``--config-dir`` before the shipped options; Hydra itself puts it after them."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Put the user's folder first."""
        if folder := config_dir(sys.argv):
            search_path.prepend(provider="user", path=f"file://{Path(folder).resolve()}")


def run_verb(verb: Callable[[DictConfig], Any], *, config_name: str, argv: Sequence[str]) -> int:
    """Run a verb under Hydra with these arguments, and return the exit status."""
    arguments = sys.argv
    prepare(config_name, argv)
    answer_interrupts(has_jobs=True)
    try:
        if not set(HELP).isdisjoint(argv):
            _check(argv)
            print(help_text(config_name, argv, config_dir(argv)))
            return 0
        call_verb(verb, config_name=config_name, argv=argv)
    except SystemExit as end:  # raised by a callback
        return int(end.code or 0)
    except KeyboardInterrupt:
        print(f"eegbench: interrupted; {AFTER_INTERRUPT[config_name]}", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        hide_in(error)
        message = error_message(error, config_name)
        if message is None:
            raise
        print(f"eegbench: {message}", file=sys.stderr)
        return 1
    finally:  # options composed later in this process are not those of this run
        HydraConfig.instance().cfg, sys.argv = None, arguments
    return 0


def prepare(config_name: str, argv: Sequence[str]) -> None:
    """Prepare this process to run a verb under Hydra: its arguments, plugins and log."""
    os.environ["HYDRA_FULL_ERROR"] = "1"  # do not catch exceptions; they are handled by the caller
    sys.argv = [f"eegbench {config_name}", *flags_first(as_question(argv))]
    Plugins.instance().register(UserOptionsFirst)
    register()
    launched_here()


def call_verb(verb: Callable[[DictConfig], Any], *, config_name: str, argv: Sequence[str]) -> None:
    """Run a verb under Hydra in a process that `prepare` prepared; errors are raised, also that of a single run."""
    _check(argv)
    hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name=config_name)(verb)()
    raise_failed()


def _check(argv: Sequence[str]) -> None:
    check_flags(argv)
    check_choices(argv)
    check_root(argv)
    _check_text(config_dir(argv))


def _check_text(folder: str | None) -> None:
    """Raise an error for user options that are not UTF-8; Hydra's error does not name the file."""
    for path in sorted(Path(folder).rglob("*.yaml")) if folder else ():
        read_text(path)
