"""Parameters in a tracker that name the options chosen for config groups, and the values that a sweep varies."""

from collections.abc import Sequence

from eegbench.sweep.sweep_context import short_keys

GROUPS = ("experiment", "dataset", "preprocessing", "split", "sampler", "model", "task", "trainer")
"""Config groups whose chosen option is a parameter (``model``: ``chambon2018``)."""

VARIED = "choice/"
"""Prefix of parameters with the values of options that vary in a multirun (``choice/lr``)."""


def is_choice(name: str) -> bool:
    """Return whether a parameter names a choice, rather than an option by its dotted name."""
    return name in GROUPS or name.startswith(VARIED)


def varied_names(keys: Sequence[str]) -> list[str]:
    """Return the names of the parameters with the values of options that vary.

    MLflow's comparison page preselects the first three parameters that differ, in alphabetical order, so these names
    come before those of options.

    Parameters
    ----------
    keys
        Keys of the overrides that vary.
    """
    return [f"{VARIED}{name}" for name in short_keys(keys)]
