"""The words of ``eegbench predict``: files or a folder, and overrides that say how recordings are read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eegbench.config import build, conf_folder, plain, quoted, read_plain, typed
from eegbench.dataset import Dataset
from eegbench.inference.description import Description

READER = "recordings"

OWN_READERS: Mapping[str, str] = {".h5": "h5_psg", ".hdf5": "h5_psg"}
"""Datasets that read formats which ``dataset=recordings`` does not read."""


def as_dataset(
    words: Sequence[str],
    labels_from: str | None,
    known: Description,
    trusted: Sequence[str],
    user_folder: str | None,
) -> tuple[Dataset, list[Path]]:
    """Return the reader of new recordings, and the files that are asked for; none where all of a folder are.

    Parameters
    ----------
    words
        A folder or files, and overrides of ``dataset``.
    labels_from
        Where ``dataset=recordings`` finds labels; None reads none.
    known
        Its labels are taken where the reader has none of its own.
    trusted
        Modules of the user's whose classes may be built.
    user_folder
        Folder of the user's own options; None where there is none.

    Raises
    ------
    ValueError
        Where an override is not of the dataset, or there are several folders.
    FileNotFoundError
        Where a folder or file is not there.
    """
    paths = [Path(word).expanduser() for word in words if "=" not in word or Path(word).expanduser().exists()]
    overrides = [word for word in words if "=" in word and not Path(word).expanduser().exists()]
    _check(paths, overrides)
    folder = paths[0].resolve() if len(paths) == 1 and paths[0].is_dir() else None
    files = [] if folder else paths
    named = [word for word in overrides if word.startswith("dataset=")] or [f"dataset={_reader(folder, files)}"]
    root = folder or (files[0].resolve().parent if files else None)
    places = [f"dataset.root={quoted(str(root))}"] if root else []
    is_plain = not overrides and named[0] == f"dataset={READER}"
    node = _shipped(root) if is_plain else _node([*named, *places, *overrides], user_folder)
    if str(node["_target_"]).endswith(".Recordings"):
        node |= {} if _given(overrides, "dataset.labels_from") else {"labels_from": labels_from}
    elif labels_from is not None:
        raise ValueError(f"--labels {labels_from}: is for dataset={READER}; {named[0]} has options of its own.")
    if "subject" in node and not _given(overrides, "dataset.subject"):
        node["subject"] = "file"  # that of somebody else, unless the user says more
    if not node.get("labels"):
        node |= {"labels": dict(known.labels), "ignored": [*node.get("ignored", ()), *known.ignored]}
    return build(node, Dataset, path="dataset", trusted=trusted), files


def _node(words: Sequence[str], user_folder: str | None) -> dict[str, Any]:
    """Compose the options of a dataset."""
    from eegbench.launch.help import composed  # here and below: without overrides Hydra need not be imported
    from eegbench.launch.override import with_whole_labels

    return dict(plain(composed("train", ["name=predict", *with_whole_labels(words)], user_folder))["dataset"])


def _shipped(root: Path | None) -> dict[str, Any]:
    """Return the options of ``dataset=recordings`` as they are shipped, with a folder."""
    node = read_plain(conf_folder() / "dataset" / f"{READER}.yaml")
    return {name: value for name, value in node.items() if name != "defaults"} | {"root": str(root)}


def _check(paths: Sequence[Path], overrides: Sequence[str]) -> None:
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: there is no such file or folder.")
    if len(paths) > 1 and (folders := [path for path in paths if path.is_dir()]):
        raise ValueError(f"{folders[0]}: one folder is expected, or files; stage folders one after the other.")
    for word in overrides:
        key = word.lstrip("+~").partition("=")[0]
        if key.partition(".")[0].partition("/")[0].partition("@")[0] != "dataset":
            raise ValueError(
                f"{word}: how signals are prepared is kept with the network; only options of the dataset are taken, "
                f"such as {typed('dataset.pattern', '**/*.edf')}."
            )
    if not paths and not any(word.startswith("dataset=") for word in overrides):
        raise ValueError("say what to stage: a folder or files of recordings, or dataset=NAME.")


def _reader(folder: Path | None, files: Sequence[Path]) -> str:
    """Return the dataset that reads these files: that of the format where one has its own."""
    places = list(folder.rglob("*")) if folder else files
    endings = {path.suffix.lower() for path in places if not path.is_dir()}
    own = [reader for ending, reader in OWN_READERS.items() if ending in endings]
    return own[0] if own and (conf_folder() / "dataset" / f"{own[0]}.yaml").is_file() else READER


def _given(overrides: Sequence[str], key: str) -> bool:
    return any(word.lstrip("+").startswith(f"{key}=") for word in overrides)
