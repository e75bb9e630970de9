"""Data of an experiment: list recordings, preprocess them, cut windows, and assign them to splits."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int

from eegbench.dataset import Dataset
from eegbench.dataset.content import Contents, contents_digest, named
from eegbench.distributed import from_main
from eegbench.experiment.base import Experiment
from eegbench.experiment.network_checks import check_model_early
from eegbench.experiment.recordings import check_split_of, plan_recordings
from eegbench.inference.trial import first_crops
from eegbench.notes import noted
from eegbench.preprocessing.base import Preprocessing
from eegbench.preprocessing.open import Opened, open_store
from eegbench.report.console import DataOverview
from eegbench.store.base import WindowStore
from eegbench.tracking.base import DatasetFacts
from eegbench.types import SPLITS, UNSCORED

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Data:
    """The windows of an experiment.

    Attributes
    ----------
    dataset
        Dataset of the windows.
    opened
        Store, the recordings in it, and skipped recordings.
    store
        Store whose table has the column ``split``.
    within_subject
        Whether a subject may be in two splits.
    coverage
        Part of the complete data set that is used, as text.
    contents
        Subjects, sessions and file digests of the recordings in the store.
    settings
        Settings of reading and preprocessing, as text.
    notes
        Notes of dataset and preprocessing while the data were opened: trials moved, subjects left out, ….
    """

    dataset: Dataset
    opened: Opened
    store: WindowStore
    within_subject: bool
    coverage: str
    contents: Contents
    settings: str
    notes: tuple[str, ...] = ()

    def part(self, split: str) -> pd.DataFrame:
        """Return the window table of a split."""
        return self.store.table[self.store.table["split"] == split]

    def rows(self, split: str, *, scored: bool) -> Int[np.ndarray, "n"]:
        """Return the rows of a split's windows that are not rejected, all or only scored ones; one per trial."""
        table = self.part(split)
        keep = ~table["rejected"] & (table["scored"] if scored else True)
        return first_crops(self.store, table.index.to_numpy()[keep.to_numpy()])

    def labels(self, rows: Int[np.ndarray, "n"]) -> Int[np.ndarray, "n"]:
        """Return the labels of windows."""
        return self.store.table["label"].to_numpy()[rows]

    @property
    def digest(self) -> str:
        """Hash of the recordings and the settings of reading and preprocessing; it identifies the windows."""
        text = f"{contents_digest(self.contents)}\n{self.settings}\n{self.store.form}"
        return hashlib.sha256(text.encode()).hexdigest()


def open_data(experiment: Experiment, device: torch.device, files: Sequence[Path] = ()) -> Data:
    """List recordings, build missing shards, cut windows, and assign them to splits; notes are collected.

    Parameters
    ----------
    experiment
        The experiment.
    device
        Device of gathered windows.
    files
        Files that list the recordings to use (`eegbench.experiment.recordings`); all listed recordings if empty.

    Raises
    ------
    ValueError
        If options, recordings and split are inconsistent.
    """
    with noted() as notes:
        data = _open(experiment, device, files)
    return replace(data, notes=tuple(notes))


def _open(experiment: Experiment, device: torch.device, files: Sequence[Path]) -> Data:
    """List recordings, build missing shards, cut windows, and assign them to splits.

    Errors that can be found in the list of recordings are raised before any preprocessing.
    """
    dataset, preprocessing, split = experiment.dataset, experiment.preprocessing, experiment.split
    plan = plan_recordings(experiment, files)
    check_split_of(experiment, plan.recordings)
    check_model_early(experiment, plan)
    opened = open_store(plan, dataset, preprocessing, experiment.storage, device)
    table = opened.store.table.assign(split=split.assign(opened.store.table))
    _note_left_out(table)
    return Data(
        dataset=dataset,
        opened=opened,
        store=replace(opened.store, table=table),
        within_subject=split.within_subject,
        coverage=dataset.coverage(opened.recordings),
        contents={recording.id: plan.contents[recording.id] for recording in opened.recordings},
        settings=_settings(dataset, preprocessing),
    )


def _note_left_out(table: pd.DataFrame) -> None:
    """Log the subjects without a window in any split; they are used neither for training nor for tests."""
    used = table["split"].ne("").groupby(table["subject"]).any()
    if not used.all():
        left_out = [str(subject) for subject in used.index[~used]]
        _log.info("%d of %d subjects are in no split: %s.", len(left_out), len(used), named(left_out))


def shared_data(experiment: Experiment, device: torch.device, files: Sequence[Path]) -> Data:
    """Open the data in process 0, which may preprocess them, and send them to the other processes."""
    data = from_main(lambda: open_data(experiment, device, files))
    return replace(data, store=replace(data.store, device=device))


def _settings(dataset: Dataset, preprocessing: Preprocessing) -> str:
    settings: dict[str, object] = {
        "dataset": type(dataset).__name__,
        "read": dataset.read_settings,
        "signal": preprocessing.signal.settings,
    }
    if preprocessing.features:
        settings["features"] = {name: repr(feature) for name, feature in preprocessing.features.items()}
    if preprocessing.padded is not None:
        settings["padding"] = repr(preprocessing.padded)
    return json.dumps(settings, sort_keys=True, default=str)


def class_counts(data: Data, split: str) -> tuple[int, ...]:
    """Count the windows of each class in a split; rejected windows are not counted."""
    table = data.part(split)
    used = table[~table["rejected"]]
    return tuple(int((used["label"] == i).sum()) for i in range(len(data.store.classes)))


def counts(data: Data) -> dict[str, dict[str, int]]:
    """Count subjects, recordings and windows of each split: by class, unscored, flat, saturated and marked bad."""
    found = {}
    for split in (*SPLITS, ""):
        table = data.part(split)
        used = table[~table["rejected"]]
        by_class = dict(zip(data.store.classes, class_counts(data, split), strict=True))
        found[split or "in no split"] = {
            "n_subjects": int(table["subject"].nunique()),
            "n_recordings": int(table["recording"].nunique()),
            "n_windows": len(table),
            **{f"n_{name}": n for name, n in by_class.items()},
            "n_unscored": int((used["label"] == UNSCORED).sum()),
            "n_flat": int(table["flat"].sum()),
            "n_saturated": int(table["saturated"].sum()),
            "n_marked_bad": int(table["marked_bad"].sum()),
        }
    return found


def overview(data: Data) -> DataOverview:
    """Return counts of the data for the overview in the terminal."""
    return DataOverview(
        coverage=data.coverage,
        n_built=data.opened.n_built,
        n_shards=len(data.store.shards),
        skipped=data.opened.skipped,
        counts=counts(data),
        classes=data.store.classes,
        within_subject=data.within_subject,
    )


def origins(data: Data, split: str) -> dict[str, set[tuple[str, str]]]:
    """Return the populations (`Dataset.people`) of each subject of a split, with the id of the subject in each.

    A subject has several populations if joined data sets have subjects in common.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    recordings = set(data.part(split)["recording"])
    for recording in (one for one in data.opened.recordings if one.id in recordings):
        dataset, own = data.dataset.origin(recording)
        found.setdefault(recording.subject, set()).add((dataset.people, own.subject))
    return found


def _digest(data: Data, split: str) -> str:
    """Return a hash of a split's windows; MLflow stores one input for each name and digest."""
    rows = ",".join(map(str, data.part(split).index))
    return hashlib.sha256(f"{data.digest} {split} {rows}".encode()).hexdigest()


def dataset_facts(data: Data, name: str, source: str) -> tuple[DatasetFacts, ...]:
    """Return a description of the data of each split for a tracker."""
    every = counts(data)
    return tuple(
        DatasetFacts(name=name, digest=_digest(data, split), source=source, context=split, profile=every[split])
        for split in SPLITS
        if every[split]["n_windows"]
    )
