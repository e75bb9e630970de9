"""Verbs that run experiments hand themselves to Hydra; what goes wrong comes out as a sentence."""

import difflib
import errno
import itertools
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import hydra
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from eegbench.command.help import composed, help_text
from eegbench.command.job import INTERRUPTED, answer_interrupts, launched_here, raise_failed
from eegbench.config import conf_folder
from eegbench.sweep.plugin import register as register_sweeper

ELSEWHERE = "make room there, or put everything elsewhere with paths.outputs=FOLDER."
KEPT = {
    "train": "what was built is kept, and the next run uses it.",
    "explain": "the run stays finished; maps that were drawn are kept.",
}
"""What an interrupt leaves, by verb."""

REMOVED = {
    "companion": "this option was removed: a run draws its figures and keeps its records itself; leave it out.",
}
"""Options of earlier versions, each with what to do instead."""

_DISK = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EACCES: "writing is not permitted",
    errno.EPERM: "writing is not permitted",
    errno.EROFS: "the file system is read-only",
    errno.ENOTDIR: "a part of this path is a file, not a folder",
    errno.EEXIST: "a file stands where a folder should be",
}


class UserOptionsFirst(SearchPathPlugin):  # type: ignore[misc]
    """Puts the folder of ``--config-dir`` before the shipped options; Hydra itself puts it behind them."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Put the user's folder first."""
        if folder := _config_dir(sys.argv):
            search_path.prepend(provider="user", path=f"file://{Path(folder).resolve()}")


def launch(verb: Callable[[DictConfig], Any], *, config_name: str, argv: Sequence[str]) -> int:
    """Run a verb under Hydra with these arguments, and return the exit status."""
    os.environ["HYDRA_FULL_ERROR"] = "1"  # let exceptions through: they are told below
    sys.argv = [f"eegbench {config_name}", *_flags_first(argv)]
    Plugins.instance().register(UserOptionsFirst)
    register_sweeper()
    launched_here()
    answer_interrupts()
    try:
        if {"-h", "--help"} & set(argv):
            print(help_text(config_name, argv, _config_dir(sys.argv)))
            return 0
        hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name=config_name)(verb)()
        raise_failed()
    except SystemExit as end:  # a callback's way out
        return int(end.code or 0)
    except KeyboardInterrupt:
        print(f"eegbench: interrupted; {KEPT[config_name]}", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        sentence = explain(error, config_name)
        if sentence is None:
            raise
        print(f"eegbench: {sentence}", file=sys.stderr)
        return 1
    return 0


def value_in(words: Sequence[str], key: str) -> str:
    """Return what the last override of a key says, without quotes; nothing where there is none."""
    said = [word.partition("=")[2].strip("'\"") for word in words if word.startswith(f"{key}=")]
    return said[-1] if said else ""


def explain(error: BaseException, config_name: str) -> str | None:
    """Say in a sentence what a person can mend; None for what looks like a fault of the program."""
    if sentence := getattr(error, "sentence", None):  # told in the job, in another process
        return str(sentence)
    if isinstance(error, HydraException | OmegaConfBaseException):
        return _explain_hydra(error, config_name)
    if type(error).__module__.startswith("submitit") or 'detect "srun"' in str(error):
        return _explain_slurm(error)
    if "No space left on device" in str(error) or "disk is full" in str(error):
        return f"{_place(error)}the disk is full; {ELSEWHERE}"
    if isinstance(error, OSError) and error.errno in _DISK:
        return f"{_place(error)}{_DISK[error.errno]}; {ELSEWHERE}"
    if isinstance(error, FileNotFoundError) and _innermost(error).name == "mkdir":
        return f"{_place(error)}no folder can be made here; {ELSEWHERE}"
    if isinstance(error, ValueError | OSError) and _is_ours(error):
        return str(error)
    return None


def _place(error: BaseException) -> str:
    name = getattr(error, "filename", None)
    return f"{name}: " if name else ""


def _is_ours(error: BaseException) -> bool:
    """Whether our own code raised it on purpose, and no library from within."""
    return Path(_innermost(error).filename).is_relative_to(Path(__file__).resolve().parents[1])


def _innermost(error: BaseException) -> traceback.FrameSummary:
    frames = traceback.extract_tb(error.__traceback__)
    return frames[-1] if frames else traceback.FrameSummary("", 0, "")


def _explain_hydra(error: BaseException, config_name: str) -> str:
    text = str(error)
    if found := re.search(r"Could not find '([^']+)/([^/']+)'", text):
        group, option = found.groups()
        there = _options(text)
        return f"{group}={option}: there is no such option{_near(option, there)}; there are {', '.join(there)}."
    if found := re.search(r"Could not load '([^']+)/([^/']+)'", text):
        group, option = found.groups()
        there = sorted(path.stem for path in (conf_folder() / group).glob("*.yaml"))
        return f"{group}={option}: there is no such option{_near(option, there)}; there are {', '.join(there)}."
    if found := re.search(r"Could not override '([^'@]+)", text):
        return _explain_key(found.group(1), config_name)
    if found := re.search(r"Additional config directory '(.+)' not found", text):
        return f"--config-dir {found.group(1)}: there is no such folder."
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def _explain_key(key: str, config_name: str) -> str:
    """Say why an override's key does not exist."""
    if key in REMOVED:
        return f"{key}: {REMOVED[key]}"
    if key == "sweep":
        return "sweep=OPTION: a search space is added; write +sweep=OPTION."
    if key.startswith("hydra.sweeper."):
        from eegbench.sweep.plan import KEYS  # here, as Optuna takes long to import

        return f"{key}: there is no such key{_near(key, [f'hydra.sweeper.{one}' for one in KEYS])}"
    known = _flat(composed(config_name), "")
    if key in known:
        return f"{key}: the options chosen here have no such key; add --help to these words to see theirs."
    return f"{key}: there is no such key{_near(key, known)}; `eegbench {config_name} --help` lists all."


def _explain_slurm(error: BaseException) -> str:
    if "srun" in str(error):
        return "there is no SLURM here (no program srun); leave hydra/launcher out, or take hydra/launcher=joblib."
    lines = " ".join(line.strip() for line in str(error).splitlines() if line.strip())
    return f"SLURM did not do the job ({lines}); what to ask of it is set by hydra.launcher.KEY=VALUE."


def _options(text: str) -> list[str]:
    _, _, rest = text.partition("Available options in")
    return [line.strip() for line in itertools.takewhile(lambda line: line.startswith("\t"), rest.splitlines()[1:])]


def _near(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f", did you mean {near[0]}?" if near else ""


def _flat(node: DictConfig, path: str) -> list[str]:
    """Return every key of a config, dotted."""
    keys = []
    for name in node:
        key = f"{path}{name!s}"
        inner = node._get_node(name)
        keys += [key, *(_flat(inner, f"{key}.") if isinstance(inner, DictConfig) else [])]
    return keys


def _flags_first(argv: Sequence[str]) -> list[str]:
    """Let -m stand anywhere: Hydra's parser wants it before the overrides."""
    flags = [word for word in argv if word in ("-m", "--multirun")]
    return [*flags, *(word for word in argv if word not in flags)]


def _config_dir(argv: Sequence[str]) -> str | None:
    for position, word in enumerate(argv):
        if word in ("--config-dir", "-cd") and position + 1 < len(argv):
            return argv[position + 1]
        if word.startswith("--config-dir="):
            return word.partition("=")[2]
    return None
