"""Error messages: one sentence for errors that users can fix; errors of the program keep their traceback."""

import errno
import itertools
import re
import traceback
from pathlib import Path

from hydra.errors import HydraException, OverrideParseException
from omegaconf.errors import OmegaConfBaseException
from yaml import MarkedYAMLError

from eegbench.config import conf_folder, retyped
from eegbench.launch.key_message import key_message
from eegbench.sweep.base import MESSAGE
from eegbench.text import clipped, near

ELSEWHERE = "free some space, or write elsewhere with paths.outputs=FOLDER."
OTHERS = "dataset.root=FOLDER for recordings, paths.outputs=FOLDER for all output."

OF_EXPLAIN = {
    ELSEWHERE: "free some space, or move the folder of the run; maps are written there.",
    f"name another: {OTHERS}": "move the folder of the run; maps are written there.",
}
"""Remedies of ``eegbench explain``, which has no such options."""

FULL = re.compile(r"No space left on device|disk is full|\d+ requested and \d+ written")
"""Parts of the messages of the system, SQLite and NumPy if a disk is full."""

_NO_ACCESS = f"permission denied; ask the owner of this file or folder, or name another: {OTHERS}"

_DISK = {
    errno.ENOSPC: f"the disk is full; {ELSEWHERE}",
    errno.EDQUOT: f"the disk quota is used up; {ELSEWHERE}",
    errno.EACCES: _NO_ACCESS,
    errno.EPERM: _NO_ACCESS,
    errno.ENAMETOOLONG: "this name is too long for a file or folder; choose a shorter one, say name=NAME.",
    errno.EROFS: f"the file system is read-only; {ELSEWHERE}",
    errno.ENOTDIR: f"a part of this path is a file, not a folder; {ELSEWHERE}",
    errno.EEXIST: f"a file stands where a folder should be; {ELSEWHERE}",
}

_NO_MEMORY = ("can't allocate memory", "out of memory", "Storage size calculation overflowed")
"""Words of torch's errors for arrays that are too large; NumPy and Python raise a `MemoryError`."""

_LESS_MEMORY = "lower trainer.batch_size, store.n_workers, the length of windows or sizes in model, or free some."


def error_message(error: BaseException, config_name: str) -> str | None:
    """Return the message of an error that users can fix; None for what looks like an error of the program.

    Parameters
    ----------
    error
        The error.
    config_name
        Name of the verb whose options were composed.
    """
    message = _message(error, config_name)
    if message is None:
        return None
    for remedy, own in OF_EXPLAIN.items() if config_name == "explain" else ():
        message = message.replace(remedy, own)
    return clipped(message)


def _message(error: BaseException, config_name: str) -> str | None:
    if message := getattr(error, MESSAGE, None):  # set in the process of the job
        return str(message)
    if isinstance(error, HydraException | OmegaConfBaseException | MarkedYAMLError):
        return _unreadable(error) or _hydra_message(error, config_name)
    if type(error).__module__.startswith("submitit") or 'detect "srun"' in str(error):
        return _slurm_message(error)
    if message := _of_machine(error):
        return message
    if isinstance(error, FileNotFoundError) and _innermost(error).name == "mkdir":
        return f"{_place(error)}cannot create a folder here; {ELSEWHERE}"
    if isinstance(error, ValueError | OSError) and _is_ours(error):
        return str(error)
    return None


def _of_machine(error: BaseException) -> str:
    """Return the message if a disk or the memory is full, or a file system refuses; an empty text for other errors."""
    if FULL.search(str(error)):
        return f"{_place(error)}the disk is full; {ELSEWHERE}"
    if isinstance(error, OSError) and error.errno in _DISK:
        return f"{_place(error)}{_DISK[error.errno]}"
    is_of_torch = isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)
    if is_of_torch or isinstance(error, MemoryError):
        reason = str(error).partition("\n")[0].strip() or "no reason is known"
        return f"there is not enough memory ({reason}); {_LESS_MEMORY}"
    return ""


def _place(error: BaseException) -> str:
    name = getattr(error, "filename", None)
    return f"{name}: " if name else ""


def _is_ours(error: BaseException) -> bool:
    """Return whether our own code raised it on purpose, rather than a library called by it."""
    return Path(_innermost(error).filename).is_relative_to(Path(__file__).resolve().parents[1])


def _innermost(error: BaseException) -> traceback.FrameSummary:
    frames = traceback.extract_tb(error.__traceback__)
    return frames[-1] if frames else traceback.FrameSummary("", 0, "")


def _unreadable(error: BaseException) -> str:
    """Describe an override or a YAML file that cannot be parsed; an empty text for other errors."""
    if isinstance(error, OverrideParseException):
        return _unreadable_word(error.override)
    return _unreadable_yaml(error) if isinstance(error, MarkedYAMLError) else ""


def _unreadable_word(word: str) -> str:
    """Return an error message for an override that Hydra's grammar cannot parse, with the right quotes."""
    if "=" not in word:
        return f"{word!r} is neither a flag nor an override; expected KEY=VALUE without spaces around =."
    if (found := re.fullmatch(r"([\w.@/+~-]+)\s*=\s*(.*)", word)) and f"{found[1]}={found[2]}" != word:
        return f"{word}: spaces around = are not allowed; type {found[1]}={found[2]}"
    if found := re.fullmatch(r"[+]*([\w.]+\.labels)\.([^=]+)=(.*)", word):
        return f"{word}: no key can contain this text; type the mapping: '{found[1]}={{\"{found[2]}\": {found[3]}, …}}'"
    if word.partition("=")[2].startswith("{"):
        return f'{word}: this mapping cannot be parsed; write {{TEXT: VALUE, "QUOTED TEXT": VALUE}}'
    return f"{word}: this value cannot be parsed; if it is text, quote it: {retyped(word)}"


def _unreadable_yaml(error: MarkedYAMLError) -> str:
    """Return the file and line of a syntax error in a YAML file."""
    mark = error.problem_mark or error.context_mark
    place = f"{mark.name}, line {mark.line + 1}: " if mark else ""
    return f"{place}this YAML cannot be read ({error.problem or error.context}); correct that line."


def _hydra_message(error: BaseException, config_name: str) -> str:
    text = str(error)
    if found := re.search(r"Ambiguous value for argument '(.+)'\n", text):
        word = found[1]
        return f"{word}: a comma separates values of a multirun (add -m); if it is one text, quote it: {retyped(word)}"
    if found := re.search(r"Could not (?:find|load) '(.+)/([^/']+)'", text):
        group, option = _typed(*found.groups())
        if elsewhere := _of_another_group(option):
            return f"{group}={option}: there is no such option; did you mean {elsewhere}?"
        there = _options(text, group)
        return f"{group}={option}: there is no such option{near(option, there)}; there are {', '.join(there)}."
    if found := re.search(r"Multiple values for ([^ ]+)\. To override", text):
        return f"+{found[1]}: an option is already chosen here; to choose another, omit the +: {found[1]}=OPTION"
    if found := re.search(r"Could not (?:override|delete) '([^'@]+@[^']+)'", text):
        return f"{found.group(1)}: no option is chosen there; +{found.group(1)}=OPTION adds one."
    if found := re.search(r"Could not override '([^'@]+)", text):
        return key_message(found.group(1), config_name)
    if found := re.search(r"Additional config directory '(.+)' not found", text):
        return f"--config-dir {found.group(1)}: there is no such folder."
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def _of_another_group(option: str) -> str:
    """Return the override that chooses an option of this name in another group, if there is one."""
    groups = [folder for folder in sorted(conf_folder().iterdir()) if (folder / f"{option}.yaml").is_file()]
    return f"{'+' if groups[0].name == 'sweep' else ''}{groups[0].name}={option}" if len(groups) == 1 else ""


def _slurm_message(error: BaseException) -> str:
    if "srun" in str(error):
        return "SLURM is not installed here (no program srun); leave hydra/launcher out, or set hydra/launcher=joblib."
    lines = " ".join(line.strip() for line in str(error).splitlines() if line.strip())
    return f"SLURM did not run the job ({lines}); set its resources with hydra.launcher.KEY=VALUE."


def _options(text: str, group: str) -> list[str]:
    """Return the options of a group: those listed by Hydra, and shipped ones in subfolders that are not groups."""
    _, _, rest = text.partition("Available options in")
    listed = [line.strip() for line in itertools.takewhile(lambda line: line.startswith("\t"), rest.splitlines()[1:])]
    folder = conf_folder() / group
    files = [path for path in folder.rglob("*.yaml") if path.parent == folder or _is_of_all(path)]
    shipped = [path.relative_to(folder).with_suffix("").as_posix() for path in files]
    below = {name.rpartition("/")[2] for name in shipped if "/" in name}
    return sorted({*shipped, *(name for name in listed if name not in below)})


def _typed(group: str, option: str) -> tuple[str, str]:
    """Return a group and an option as typed: ``experiment=ablation/NAME`` is an option of ``experiment``."""
    outer, _, inner = group.rpartition("/")
    is_folder = outer and any(_is_of_all(path) for path in (conf_folder() / group).glob("*.yaml"))
    return (outer, f"{inner}/{option}") if is_folder else (group, option)


def _is_of_all(path: Path) -> bool:
    """Return whether an option sets keys of all groups, as in ``experiment``; its subfolders are not groups."""
    return path.read_text(encoding="utf-8").startswith("# @package _global_")
