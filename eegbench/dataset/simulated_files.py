"""Base class of simulated datasets, and writing of their recordings to a folder of the user's."""

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path

from eegbench.atomic import write_json
from eegbench.config import read_json
from eegbench.dataset.base import Dataset
from eegbench.types import Recording

RECORD = "simulation.json"
"""File next to the recordings with the options that determine them."""


class Simulated(Dataset):
    """A dataset that simulates its recordings and reads them like real ones.

    Attributes
    ----------
    root
        Folder with a folder of recordings for each simulation.
    reader
        Name of the dataset that reads the files from a folder.
    """

    root: Path
    reader: str

    @property
    @abstractmethod
    def simulation(self) -> Mapping[str, object]:
        """Options that determine the recordings."""

    @abstractmethod
    def recordings_in(self, folder: Path) -> list[Recording]:
        """List the recordings in a folder; missing ones are simulated first."""


def simulate_into(dataset: Simulated, folder: Path) -> list[Recording]:
    """Write all recordings of a simulated dataset to a folder; a repeated call continues after an interruption.

    Parameters
    ----------
    dataset
        The dataset.
    folder
        New or empty folder, or one that an interrupted call with the same options has begun.

    Raises
    ------
    ValueError
        If the folder contains other files.
    """
    asked = {"dataset": dataset.name, **dataset.simulation}
    record = folder / RECORD
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"--out {folder}: this is a file; name a new folder.")
    if record.is_file():
        _check_same(record, asked)
    elif folder.is_dir() and any(folder.iterdir()):
        raise ValueError(f"--out {folder}: the folder already contains files; name a new one.")
    write_json(record, asked)
    return dataset.recordings_in(folder)


def _check_same(record: Path, asked: Mapping[str, object]) -> None:
    known = read_json(record)
    differing = [name for name, value in asked.items() if known.get(name) != value]
    if differing:
        name = differing[0]
        raise ValueError(
            f"--out {record.parent}: contains recordings with {name}={known.get(name)}, and {name}={asked[name]} is "
            "asked for; name a new folder, or repeat the command with the same options to continue it."
        )
