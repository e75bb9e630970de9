"""Options of a dataset that reads new recordings, composed from the overrides of ``eegbench predict``."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eegbench.config import conf_folder, flat, plain, quoted, read_plain

READER = "recordings"
"""Default dataset, which reads recordings in any common format."""


def reader_options(reader: str, root: Path | None, overrides: Sequence[str], user_folder: str | None) -> dict[str, Any]:
    """Return the options of a dataset.

    Parameters
    ----------
    reader
        Name of the option in the group ``dataset``.
    root
        Folder of the recordings; None if an override sets it.
    overrides
        Overrides as typed on the command line.
    user_folder
        Folder of the user's own options; None if there is none.

    Raises
    ------
    ValueError
        If an override names a key that the dataset lacks.
    """
    if reader == READER and {*overrides} <= {f"dataset={READER}"}:
        return _shipped(root)
    from hydra.errors import HydraException  # here, as Hydra is not needed without overrides

    from eegbench.launch.help import composed
    from eegbench.launch.override import with_whole_labels

    named = [] if given(overrides, "dataset") is not None else [f"dataset={reader}"]
    places = [f"dataset.root={quoted(str(root))}"] if root else []
    words = ["name=predict", *with_whole_labels([*named, *places, *overrides])]
    try:
        return dict(plain(composed("train", words, user_folder))["dataset"])
    except HydraException:
        choices = [word for word in words if "." not in word.partition("=")[0]]
        known = flat(plain(composed("train", choices, user_folder))["dataset"])
        _check_keys(reader, overrides, [name for name in known if name.rpartition(".")[2] != "_target_"])
        raise


def _check_keys(reader: str, overrides: Sequence[str], known: Sequence[str]) -> None:
    """Raise an error for an override of a key that the dataset lacks, with the keys that it has."""
    names = [name for name in known if name.partition(".")[0] != "labels"] + ["labels"]
    for word in overrides:
        group, _, name = word.partition("=")[0].partition(".")
        is_known = not name or any(one == name or one.startswith(f"{name}.") for one in [*known, *names])
        if group == "dataset" and not is_known:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f", did you mean dataset.{near[0]}?" if near else "."
            raise ValueError(
                f"dataset.{name}: dataset={reader} has no such key{hint} It takes "
                f"{', '.join(f'dataset.{one}' for one in names)}; `eegbench predict --help` has examples."
            )


def shipped_keys(reader: str) -> set[str]:
    """Return the keys of a shipped dataset."""
    return {*read_plain(conf_folder() / "dataset" / f"{reader}.yaml"), "labels"}  # labels is an option of its own


def given(overrides: Sequence[str], key: str) -> str | None:
    """Return the value of the last override of a key; None if there is none."""
    values = [word.partition("=")[2] for word in overrides if word.lstrip("+").startswith(f"{key}=")]
    return values[-1] if values else None


def _shipped(root: Path | None) -> dict[str, Any]:
    """Return the shipped options of ``dataset=recordings``, with a folder."""
    node = read_plain(conf_folder() / "dataset" / f"{READER}.yaml")
    return {name: value for name, value in node.items() if name != "defaults"} | {
        "root": None if root is None else str(root)
    }
