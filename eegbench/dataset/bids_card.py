"""Facts of a BIDS dataset from its own description: citation, licence, and counts."""

from collections.abc import Sequence
from math import nan
from pathlib import Path
from typing import Any

from eegbench.dataset.base import BadRecordingError, Card
from eegbench.dataset.bids_files import read_json, sidecar
from eegbench.dataset.bids_tables import read_channels

EEG_BIDS = (
    "Pernet, Appelhoff, Gorgolewski, Flandin, Phillips, Delorme, Oostenveld. EEG-BIDS, an extension to the brain "
    "imaging data structure for electroencephalography. Scientific Data 6:103, 2019. doi:10.1038/s41597-019-0104-8"
)


def describe(root: Path | None, paths: Sequence[Any], *, channels: Sequence[str] | None) -> Card:
    """Return the facts of a dataset; without a dataset, facts of BIDS.

    Parameters
    ----------
    root
        Folder of the dataset.
    paths
        All of its recordings, as ``mne_bids.BIDSPath``; channels and rate are those of the first.
    channels
        Names of channels to read; None reads those of type EEG.
    """
    said = {} if root is None else read_json(root / "dataset_description.json")
    first = paths[0] if paths else None
    return Card(
        citation=_citation(said),
        licence=str(said.get("License") or "not stated in dataset_description.json"),
        url=str(said.get("DatasetDOI") or "https://bids.neuroimaging.io"),
        n_subjects=len({path.subject for path in paths}),
        n_recordings=len(paths),
        sfreq=_rate(first),
        channels=tuple(channels or _eeg(first)),
    )


def people(root: Path) -> str:
    """Return an identifier of the population: the name in the dataset's description, or else its folder."""
    return str(read_json(root / "dataset_description.json").get("Name") or root.resolve())


def _citation(said: dict[str, Any]) -> str:
    if said.get("HowToAcknowledge"):
        return str(said["HowToAcknowledge"])
    authors = said.get("Authors")
    names = ", ".join(map(str, authors)) if isinstance(authors, list) else ""
    own = ". ".join(str(part) for part in (names, said.get("Name")) if part)
    return f"{own}. {EEG_BIDS}" if own else EEG_BIDS


def _rate(path: Any) -> float:
    rate = {} if path is None else read_json(sidecar(path, "eeg", ".json"))
    found = rate.get("SamplingFrequency")
    return float(found) if isinstance(found, int | float) else nan


def _eeg(path: Any) -> list[str]:
    """Return the names of the channels of type EEG; empty if the table cannot be read."""
    table = None if path is None else sidecar(path, "channels", ".tsv")
    try:
        rows = {} if table is None else read_channels(table)
    except BadRecordingError:  # raised again when the recording is read
        return []
    return [name for name, one in rows.items() if one.kind == "EEG"]
