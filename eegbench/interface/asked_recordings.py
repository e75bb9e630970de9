"""Recordings that a call of the interface names: MNE's Raw, files, a folder, or a dataset by overrides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import mne

from eegbench.dataset import Dataset
from eegbench.dataset.recordings import Recordings
from eegbench.interface.raw_recordings import RawRecordings
from eegbench.launch.embedded import as_before
from eegbench.launch.predict_arguments import as_datasets
from eegbench.launch.predict_options import READER
from eegbench.prediction.listing import list_of_all
from eegbench.prediction.predictor import Predictor
from eegbench.prediction.renamed_dataset import Renamed
from eegbench.types import Recording

RecordingLike: TypeAlias = "str | PathLike[str] | mne.io.BaseRaw"
"""A recording: the path of its file, or MNE's Raw."""


@dataclass(frozen=True)
class Reading:
    """Options for reading recordings.

    Attributes
    ----------
    overrides
        Overrides of the dataset, as for ``eegbench predict``.
    labels
        Source of labels (``annotations``, ``triggers``, or a file next to each); None reads none.
    channels
        Name in the recordings by channel of the network.
    trust, config_dir
        Modules that the user trusts, and the folder of the user's own options.
    """

    overrides: Sequence[str] = ()
    labels: str | None = None
    channels: Mapping[str, str] = field(default_factory=dict)
    trust: tuple[str, ...] = ()
    config_dir: str | None = None


def asked_recordings(asked: object, predictor: Predictor, reading: Reading) -> list[tuple[Renamed, Recording]]:
    """Return recordings, each with the dataset that reads it with the network's names.

    Parameters
    ----------
    asked
        A recording (see `RecordingLike`) or several; a folder is all recordings in it.
    predictor
        The network.
    reading
        Options for reading.

    Raises
    ------
    TypeError
        If they are neither paths nor Raw.
    ValueError, FileNotFoundError
        As for ``eegbench predict``.
    """
    items = list(asked) if isinstance(asked, Iterable) and not _is_one(asked) else [asked]
    if wrong := [one for one in items if not _is_one(one)]:
        raise TypeError(
            f"Expected recordings (paths, or Raw of MNE), got {type(wrong[0]).__name__}; give arrays of windows to "
            "embed or predict_proba."
        )
    raws = [one for one in items if isinstance(one, mne.io.BaseRaw)]
    paths = [str(Path(one).expanduser()) for one in items if isinstance(one, str | PathLike)]
    found: list[tuple[Dataset, Recording]] = []
    if raws:
        dataset = _in_memory(raws, predictor, reading)
        found += [(dataset, recording) for recording in dataset.recordings()]
    if paths or not raws:
        found += list_of_all(_datasets(paths, predictor, reading))
    renamed = {
        dataset: predictor.reading(dataset, reading.channels) for dataset in dict.fromkeys(one for one, _ in found)
    }
    return [(renamed[dataset], recording) for dataset, recording in found]


def _datasets(words: Sequence[str], predictor: Predictor, reading: Reading) -> list[tuple[Dataset, list[Path]]]:
    known, every = predictor.network.description, [*words, *reading.overrides]
    with as_before():
        return as_datasets(every, reading.labels, known, reading.trust, reading.config_dir)


def _in_memory(raws: Sequence["mne.io.BaseRaw"], predictor: Predictor, reading: Reading) -> RawRecordings:
    """Return a dataset of recordings in memory, with the options of ``dataset=recordings``."""
    if reading.labels not in (None, "annotations"):
        raise ValueError(
            f"labels={reading.labels!r}: the labels of a Raw are its annotations; give labels='annotations' "
            "(mne.annotations_from_events makes them from events), or the path of the recording's file."
        )
    ((options, _),) = _datasets([f"dataset={READER}"], predictor, reading)
    assert isinstance(options, Recordings)
    files = [raw.filenames[0] if raw.filenames else None for raw in raws]
    names = [f"raw_{number}" if file is None else Path(file).stem for number, file in enumerate(files, 1)]
    if len({*names}) < len(names):
        names = [f"{name}_{number}" for number, name in enumerate(names, 1)]
    return RawRecordings(options, dict(zip(names, raws, strict=True)))


def is_recordings(x: object) -> bool:
    """Return whether an argument is recordings (`RecordingLike`, or a sequence of these) rather than an array."""
    return _is_one(x) or (isinstance(x, list | tuple) and len(x) > 0 and _is_one(x[0]))


def _is_one(x: object) -> bool:
    return isinstance(x, str | PathLike | mne.io.BaseRaw)
