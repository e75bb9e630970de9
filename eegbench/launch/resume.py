"""Replacement of ``resume=FOLDER`` by the original overrides of that run.

The folder may be untrusted. Its stored overrides are text: those that could start a program, extend the trusted
modules, read this machine's environment, or say where data are sent are rejected; the user can type them instead.
"""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import OverrideParseException

from eegbench.config import ConfigError, may_change, quoted, read_overrides, read_plain
from eegbench.launch.extension import KEY, check_extension, finished_runs
from eegbench.launch.override import is_multirun, is_override, value_of
from eegbench.own_files import check_readable

OVERRIDES = Path(".hydra") / "overrides.yaml"

RESOLVER = re.compile(r"\$\{[^}]*:")
"""An interpolation that calls a function, such as ``${oc.env:HOME}``."""


def with_resume(words: Sequence[str]) -> list[str]:
    """Replace ``resume=FOLDER`` by the original overrides of this run, and its folder.

    Raises
    ------
    ValueError
        If other options are given too, the run is finished and not extended, or its stored overrides are not accepted.
    FileNotFoundError
        If the folder does not contain a run.
    """
    run = value_of(words, "resume")
    if not run and any(word.startswith("resume=") for word in words):
        raise ValueError(
            "resume= names no folder; type resume=FOLDER, the folder of the run to finish, or leave it out."
        )
    if run in ("", "null"):
        return list(words)
    folder = Path(run).resolve()
    check_readable(folder)
    if not (folder / OVERRIDES).is_file():
        raise FileNotFoundError(f"resume={folder}: there is no run in this folder ({folder / OVERRIDES} is missing).")
    is_extended = _is_extension(folder, words)
    stored = [word for word in read_overrides(folder / OVERRIDES) if not word.startswith("resume=")]
    typed = [word for word in words if is_override(word) and not word.startswith("resume=")]
    retyped = {_key(word) for word in typed}
    kept = [word for word in stored if not _is_replaced(word, retyped)]
    _check_typed([word for word in typed if not (is_extended and _key(word) == KEY)], stored, words, folder)
    for word in kept:
        check_stored(word, folder)
    flags = [word for word in words if not is_override(word)]
    place = quoted(str(folder))
    places = _places(folder)
    kept = [word for word in kept if _key(word) not in places]
    kept += [f"{key}={quoted(where)}" for key, where in places.items()]
    alone = "hydra.mode=RUN"  # or a job of +sweep=OPTION would start all jobs again
    return [*flags, *kept, *typed, f"resume={place}", f"hydra.run.dir={place}", alone]


def _key(word: str) -> str:
    return word.partition("=")[0]


def _is_extension(folder: Path, words: Sequence[str]) -> bool:
    """Return whether the words extend the finished run in a folder.

    Raises
    ------
    ValueError
        If the run is finished and cannot be extended, or the words do not say how.
    """
    if not finished_runs(folder):
        return False
    if passes := value_of(words, KEY):
        check_extension(folder, passes)
        return True
    if _is_incomplete(folder) or not (folder / "summary.json").is_file():
        return False
    raise ValueError(
        f"resume={folder}: this run is finished; its scores are in {folder / 'scores.csv'}. To train it for more "
        f"passes, add {KEY}=N."
    )


def _is_replaced(word: str, typed: Collection[str]) -> bool:
    """Return whether a typed override sets the option of a stored one, or chooses another tracker."""
    key = _key(word)
    is_typed = key in typed or key.lstrip("+") in typed
    return is_typed or ("tracking" in typed and key.lstrip("+~").startswith("tracking."))


def typed_again(words: Sequence[str]) -> list[str]:
    """Return the overrides of a run, except its trusted modules, that must be typed again to resume it."""
    return [word for word in words if not word.startswith("trust=") and _why_not(word)]


def _is_incomplete(folder: Path) -> bool:
    """Return whether a finished run is still to be sent to the tracker."""
    from eegbench.tracking.record import is_incomplete  # here, as it loads pandas

    return is_incomplete(folder)


def _places(folder: Path) -> dict[str, str]:
    """Return folders that a relative path in the run's options does not reach from here, absolute and by key."""
    if not (folder / "config.yaml").is_file():
        return {}
    from eegbench.experiment.run_paths import located, read_from  # here, as it loads torch

    options = read_plain(folder / "config.yaml")
    _, outputs = located(options, folder)
    found = read_from(options, folder) | ({"paths.outputs": str(outputs)} if outputs else {})
    return {key: place for key, place in found.items() if "${" not in place}


def _check_typed(typed: Sequence[str], stored: Sequence[str], words: Sequence[str], folder: Path) -> None:
    """Raise an error for overrides other than those that may change, and those that the folder may not set."""
    allowed = {"trust", *(word.partition("=")[0] for word in stored if _why_not(word))}
    keys = {word: word.partition("=")[0] for word in typed}
    others = [word for word, key in keys.items() if key not in allowed and not may_change(key)]
    if others or is_multirun(words):
        raise ValueError(
            f"resume={folder} finishes a run with its own options: leave {others[0] if others else '-m'} out, "
            "or start a new run with encoder=FOLDER."
        )


def check_stored(word: str, folder: Path) -> None:
    """Raise an error for a stored override that the folder of a run may not set.

    Raises
    ------
    ConfigError
        With the reason and what to do.
    """
    if reason := _why_not(word):
        raise ConfigError(
            f"{folder / OVERRIDES} has {word!r}: {reason}, and a run's folder is not trusted to do that. If you are "
            "sure that it belongs to the run, add it to this command (with the password in place of ***, if there was "
            "one); else do not resume this run."
        )


def _why_not(word: str) -> str:
    """Return the reason why a stored override is not accepted; an empty text if it is accepted."""
    if word.startswith("-"):
        return "it is a flag"
    try:
        override = OverridesParser.create().parse_overrides([word])[0]
    except OverrideParseException:
        return "it cannot be read as an override"
    names = _names(override)
    if "hydra" in names:
        return "it sets up Hydra, which can start any program"
    if names[0] == "trust":
        return "it sets the trusted modules"
    if RESOLVER.search(word):
        return "it has a value that is computed on this machine"
    if names[0] == "tracking" and not _is_harmless(override):
        return "it says where data are sent"
    return ""


def _is_harmless(override: Override) -> bool:
    """Return whether an override of the tracker names one of its options or an experiment, not a place."""
    value = override.value()
    is_named = override.key_or_group in ("tracking", "tracking.experiment")
    return value is None or (is_named and isinstance(value, str))


def _names(override: Override) -> list[str]:
    """Return the parts of an override's key and package."""
    return [part for text in (override.key_or_group, override.package or "") for part in re.split(r"[./@:]", text)]
