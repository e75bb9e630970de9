"""The shipped options as they are where nothing is typed, to tell what a run changed."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from eegbench.config.effect import NO_EFFECT
from eegbench.config.plain import conf_folder, flat, plain

ABSENT = "–"
"""The default of an option that the default experiment does not have."""


def changed_options(options: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    """Return the options that differ from the defaults of ``eegbench train``, each with its value and the default.

    Options that change no score are left out (`NO_EFFECT`), and so are those that this run does not have.

    Parameters
    ----------
    options
        All options of a run, as plain values.
    """
    mine, default = flat(_relevant(options)), flat(_relevant(default_options()))
    return {
        name: (value, default.get(name, ABSENT))
        for name, value in mine.items()
        if name not in default or default[name] != value
    }


@cache
def default_options() -> Mapping[str, Any]:
    """Compose the options of ``eegbench train`` without a word; what Hydra is doing meanwhile goes on afterwards."""
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
