"""Flags of Hydra: their order, and those that print something instead of running."""

from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import OverrideParseException

from eegbench.launch.override import MULTIRUN, is_override

FLAGS = (
    *("--help", "--hydra-help", "--version", "--cfg", "--resolve", "--package", "--run", "--multirun", "--info"),
    *("--shell-completion", "--config-path", "--config-name", "--config-dir", "--experimental-rerun"),
)
"""Long flags of Hydra, which may be abbreviated."""

WITH_VALUE = ("--cfg", "-c", "--package", "-p", "--config-path", "-cp", "--config-name", "-cn", "--config-dir", "-cd")
"""Flags that the next word belongs to."""

QUESTIONS = ("--cfg", "-c", "--info", "-i")
"""Flags that print the options, or facts about them, and run nothing."""

FACTS = ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath")
"""Words that may follow ``--info``."""

RERUN = "--experimental-rerun"


def check_flags(words: Sequence[str]) -> None:
    """Raise an error for options typed as flags, and for a flag that is not safe.

    Raises
    ------
    ValueError
        With the words to type instead.
    """
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name == RERUN:
            raise ValueError(
                f"{RERUN} loads a pickled file, which can run any program; repeat a run with --config-path FOLDER "
                "--config-name config."
            )
        if len(name) > len("--") and name.startswith("--") and not any(flag.startswith(name) for flag in FLAGS):
            follows = after if after and not after.startswith("-") and not is_override(after) else "VALUE"
            key = f"{name.lstrip('-').replace('-', '_')}={value if equals else follows}"
            raise ValueError(f"{word}: there is no such flag; options are typed without dashes: {key}")


def flags_first(words: Sequence[str]) -> list[str]:
    """Move flags with their values to the front: Hydra's parser requires them before the overrides."""
    flags, rest, left = [], [], list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("-"):
            rest.append(word)
            continue
        flags.append(word)
        if left and (word in WITH_VALUE or (word in ("--info", "-i") and left[0] in FACTS)):
            flags.append(left.pop(0))
    if flags and flags[-1] in ("--info", "-i"):
        flags.append("all")  # as an override after it would be taken for its value
    return [*flags, *rest]


def as_question(words: Sequence[str]) -> list[str]:
    """Make ``--cfg`` and ``--info`` answer for a multirun, too: with the first of the values that vary."""
    if set(QUESTIONS).isdisjoint(word.partition("=")[0] for word in words):
        return list(words)
    kept = [word for word in words if word not in MULTIRUN]
    return [one for word in kept for one in ([_first(word)] if is_override(word) else [word]) if one]


def _first(word: str) -> str:
    """Return an override with the first of its values; an empty text for an interval, which has none."""
    try:
        override = OverridesParser.create().parse_overrides([word])[0]
    except OverrideParseException:
        return word  # Hydra says what is wrong
    if not override.is_sweep_override():
        return word
    if override.is_interval_sweep():
        return ""
    return f"{override.get_key_element()}={next(iter(override.sweep_string_iterator()))}"
