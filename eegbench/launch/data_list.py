"""Overview of the shipped datasets, from one composed config."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eegbench.config import Spec, conf_folder, plain, read_plain
from eegbench.launch.help import composed

if TYPE_CHECKING:  # so that --help need not import pandas
    from eegbench.dataset.overview import Overview

NODE = "listed"
"""Key below which all datasets are composed, next to the options of a run."""


def names() -> list[str]:
    """Return the names of the shipped datasets."""
    return sorted(path.stem for path in (conf_folder() / "dataset").glob("*.yaml"))


def overviews(overrides: Sequence[str], config_dir: str | None) -> "list[Overview]":
    """Look at every shipped dataset with the paths that these overrides set.

    Raises
    ------
    ValueError
        If an argument is not an override.
    """
    from eegbench.dataset.base import Dataset
    from eegbench.dataset.joined import Joined
    from eegbench.dataset.overview import Overview, about_module, has_own_facts, overview

    if strange := [word for word in overrides if "=" not in word]:
        raise ValueError(f"data list {strange[0]}: only paths can be set, say paths.roots.eegbci=FOLDER.")
    targets = {name: str(read_plain(conf_folder() / "dataset" / f"{name}.yaml")["_target_"]) for name in names()}
    kinds = {name: Spec({"_target_": target}, Dataset, "dataset").target for name, target in targets.items()}
    built = [name for name, kind in kinds.items() if has_own_facts(kind) and kind is not Joined]
    own = [f"+dataset@{NODE}.{name}={name}" for name in built]
    nodes = plain(composed("train", ["name=data", *own, *overrides], config_dir))[NODE]
    found = [overview(name, Spec(nodes[name], Dataset, "dataset").build()) for name in built]
    for name, kind in kinds.items():
        if name not in built:
            found.append(Overview(name, about_module(kind), "joined" if kind is Joined else "reader"))
    return found
