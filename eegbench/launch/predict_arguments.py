"""Arguments of ``eegbench predict``: files or a folder, and overrides of the dataset that reads them."""

import argparse
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from eegbench.config import build, check_options_folder, typed, unquoted
from eegbench.dataset import Dataset
from eegbench.dataset.content import H5_ENDINGS
from eegbench.dataset.signal_file import FORMATS
from eegbench.dataset.signal_list import signal_files
from eegbench.inference.description import Description
from eegbench.launch.predict_options import READER, given, reader_options, shipped_keys
from eegbench.prediction.batch import Order
from eegbench.prediction.lights import Lights, read_lights
from eegbench.prediction.staging import Rules

ENDINGS: Mapping[str, Collection[str]] = {READER: tuple(FORMATS), "h5_psg": H5_ENDINGS}
"""Datasets that read arbitrary files, and their file name extensions."""


def as_datasets(
    words: Sequence[str],
    labels_from: str | None,
    known: Description,
    trusted: Sequence[str],
    user_folder: str | None,
) -> list[tuple[Dataset, list[Path]]]:
    """Return the datasets that read new recordings, each with its files; an empty list means all files of a folder.

    Parameters
    ----------
    words
        A folder or files, and overrides of ``dataset``.
    labels_from
        Source of labels for ``dataset=recordings``; None reads none.
    known
        Description of the network; its labels are used if the dataset has none of its own.
    trusted
        Modules that the user trusts.
    user_folder
        Folder of the user's own options; None if there is none.

    Raises
    ------
    ValueError
        If an override does not belong to the dataset, or there are several folders.
    FileNotFoundError
        If a folder or file does not exist, including the folder of the user's options.
    """
    paths = [Path(word).expanduser() for word in words if "=" not in word or Path(word).expanduser().exists()]
    overrides = [word for word in words if "=" in word and not Path(word).expanduser().exists()]
    check_options_folder(user_folder)
    _check(paths, overrides)
    folder = paths[0].resolve() if len(paths) == 1 and paths[0].is_dir() else None
    files = {} if folder else _by_reader(paths, given(overrides, "dataset"))
    readers = _readers(folder, overrides) if folder or not files else list(files)
    found: list[tuple[Dataset, list[Path]]] = []
    takes_labels = False
    for reader in readers:
        places = files.get(reader, {folder: []})
        node = reader_options(reader, next(iter(places)), _own(overrides, reader, readers), user_folder)
        takes_labels |= (is_ours := str(node["_target_"]).endswith(".Recordings"))
        if is_ours and given(overrides, "dataset.labels_from") is None:
            node["labels_from"] = labels_from
        if "subject" in node and given(overrides, "dataset.subject") is None:
            node["subject"] = "file"  # a separate subject per file by default
        if not node.get("labels"):
            node |= {"labels": dict(known.labels), "ignored": [*node.get("ignored", ()), *known.ignored]}
        is_one = len(places) == 1 or given(overrides, "dataset.root") is not None
        for root, those in places.items():
            made = node if is_one else node | {"root": str(root)}
            found.append((build(made, Dataset, path="dataset", trusted=trusted), those))
    if labels_from is not None and not takes_labels:
        raise ValueError(
            f"--labels {labels_from}: is for dataset={READER}; dataset={readers[0]} has options of its own."
        )
    return found


def as_order(words: argparse.Namespace) -> Order:
    """Return the settings of predictions and the lights of each recording."""
    lights = read_lights(words.lights) if words.lights else {}
    default_lights = Lights(words.lights_off, words.lights_on)
    return Order(Rules(words.vote, not words.uncalibrated), lights, default_lights, not words.no_figures)


def _by_reader(paths: Sequence[Path], named: str | None) -> dict[str, dict[Path | None, list[Path]]]:
    """Return files by the dataset that reads them, and by their folder."""
    found: dict[str, dict[Path | None, list[Path]]] = {}
    for path in paths:
        own = [reader for reader, endings in ENDINGS.items() if path.suffix.lower() in endings]
        reader = named or next(iter(own), READER)
        found.setdefault(reader, {}).setdefault(path.parent.resolve(), []).append(path)
    return found


def _readers(folder: Path | None, overrides: Sequence[str]) -> list[str]:
    """Return the named dataset, or those that read files in the folder."""
    if (named := given(overrides, "dataset")) is not None or folder is None:
        return [str(named)]
    pattern = unquoted(given(overrides, "dataset.pattern") or "**/*")
    there = [reader for reader, endings in ENDINGS.items() if signal_files(folder, pattern, endings)]
    return there or [READER]


def _own(overrides: Sequence[str], reader: str, readers: Sequence[str]) -> list[str]:
    """Return the overrides of a dataset, without keys that only another dataset of the same recordings has."""
    if len(readers) == 1:
        return list(overrides)
    theirs = {key for one in readers for key in shipped_keys(one)} - shipped_keys(reader)
    return [word for word in overrides if word.partition("=")[0].partition(".")[2].partition(".")[0] not in theirs]


def _check(paths: Sequence[Path], overrides: Sequence[str]) -> None:
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: there is no such file or folder.")
    if len(paths) > 1 and (folders := [path for path in paths if path.is_dir()]):
        raise ValueError(f"{folders[0]}: expected one folder or files; stage folders one after the other.")
    for word in overrides:
        key = word.lstrip("+~").partition("=")[0]
        if key.partition(".")[0].partition("/")[0].partition("@")[0] != "dataset":
            raise ValueError(
                f"{word}: the preprocessing is stored with the network; only options of the dataset are accepted,  "
                f"such as {typed('dataset.pattern', '**/*.edf')}."
            )
    if not paths and not any(word.startswith("dataset=") for word in overrides):
        raise ValueError("say what to stage: a folder or files of recordings, or dataset=NAME.")
