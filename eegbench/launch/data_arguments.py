"""Arguments of ``eegbench data``: a folder, and overrides of ``eegbench train``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eegbench.config import plain, quoted
from eegbench.launch.help import composed
from eegbench.launch.override import check_choices, is_override, with_whole_labels
from eegbench.progress import tell

if TYPE_CHECKING:  # so that --help need not import torch
    from eegbench.experiment.base import Experiment


def as_overrides(words: Sequence[str]) -> list[str]:
    """Convert the arguments to overrides of ``eegbench train``: a folder becomes ``dataset.root``.

    Raises
    ------
    ValueError
        If there are several folders.
    FileNotFoundError
        If the folder does not exist.
    """
    folders = [word for word in words if not is_override(word) or Path(word).expanduser().is_dir()]
    overrides = [word for word in words if word not in folders]
    if len(folders) > 1:
        raise ValueError(f"{' '.join(folders)}: one folder is expected; quote a name with spaces.")
    if folders:
        folder = Path(folders[0]).expanduser().resolve()
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder}: there is no such folder.")
        named = [] if any(word.startswith(("dataset=", "experiment=")) for word in overrides) else _reader(folder)
        if named:
            tell(f"no dataset is named; using {' '.join(named)}")
        overrides = [*named, f"dataset.root={quoted(str(folder))}", *overrides]
    return ["name=data", *with_whole_labels(overrides)]


def as_experiment(overrides: Sequence[str], config_dir: str | None) -> "Experiment":
    """Return the experiment of ``eegbench train`` with these overrides."""
    from eegbench.experiment.options import read_experiment

    check_choices(overrides)
    return read_experiment(plain(composed("train", overrides, config_dir)))


def _reader(folder: Path) -> list[str]:
    """Return the dataset for a folder if none is named; by default each file counts as a subject."""
    if (folder / "dataset_description.json").is_file():
        return ["dataset=bids"]
    is_sleep = any(folder.glob("*-PSG.edf"))
    return ["dataset=sleep_physionet"] if is_sleep else ["dataset=recordings", "dataset.subject=file"]
