"""The default options of ``eegbench train``, and the options in which a run differs from them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from eegbench.config.effect import NO_EFFECT
from eegbench.config.plain import conf_folder, flat, plain

ABSENT = "–"
"""Value of an entry that a run does not have, and default of an option that the default experiment does not have."""


def changed_options(options: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    """Return the options that differ from the defaults of ``eegbench train``, each with its value and the default.

    Options without effect on scores are left out (`NO_EFFECT`). Entries of a mapping that the run does not have, such
    as a label that it leaves out, are included; options of a class that the run does not use are not.

    Parameters
    ----------
    options
        All options of a run, as plain values.
    """
    mine, default = flat(_relevant(options)), flat(_relevant(default_options()))
    changed = {
        name: (value, default.get(name, ABSENT))
        for name, value in mine.items()
        if name not in default or default[name] != value
    }
    return changed | {name: (ABSENT, value) for name, value in default.items() if _is_left_out(name, mine, default)}


def _is_left_out(name: str, mine: Mapping[str, Any], default: Mapping[str, Any]) -> bool:
    """Return whether a run that uses the class with this default has neither the option nor another in its place."""
    parts = name.split(".")
    above = [".".join(parts[:n]) for n in range(1, len(parts))]
    if name in mine or any(one in mine for one in above) or any(other.startswith(f"{name}.") for other in mine):
        return False
    owner = next((f"{one}._target_" for one in reversed(above) if f"{one}._target_" in default), None)
    return owner is not None and mine.get(owner) == default[owner]


@cache
def default_options() -> Mapping[str, Any]:
    """Compose the options of ``eegbench train`` without overrides; the state of a running Hydra is restored."""
    running = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(conf_folder()), version_base="1.3"):
            return plain(compose("train", overrides=["name=train"]))
    finally:
        GlobalHydra.instance().clear()
        if running is not None:
            GlobalHydra.instance().initialize(running)


def _relevant(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in NO_EFFECT}
