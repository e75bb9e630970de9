"""The data of an experiment: list recordings, open them as windows, split by subject."""

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
        Where they come from.
    opened
        The store, the recordings in it, and those skipped.
    store
        The store, whose table has the column ``split``.
    within_subject
        Whether a subject may stand in two splits.
    coverage
        Which part of the complete set this is, in words.
    contents
        What the recordings in the store hold.
    settings
        How they were read and preprocessed, as text.
    notes
        What dataset and preprocessing remarked while the data were opened: trials moved, subjects left out, ….
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
        """Return the rows of a split's windows that are not rejected, scored ones only or all; one a trial."""
        table = self.part(split)
        keep = ~table["rejected"] & (table["scored"] if scored else True)
        return first_crops(self.store, table.index.to_numpy()[keep.to_numpy()])

    def labels(self, rows: Int[np.ndarray, "n"]) -> Int[np.ndarray, "n"]:
        """Return the labels of windows."""
        return self.store.table["label"].to_numpy()[rows]

    @property
    def digest(self) -> str:
        """Identify the signals and windows by what the recordings hold, and how they were read and preprocessed."""
        text = f"{contents_digest(self.contents)}\n{self.settings}\n{self.store.form}"
        return hashlib.sha256(text.encode()).hexdigest()


def open_data(experiment: Experiment, device: torch.device, files: Sequence[Path] = ()) -> Data:
    """List the recordings, preprocess what is missing, cut windows, and give each to a split; keep what is noted.

    Parameters
    ----------
    experiment
        The experiment.
    device
        Where windows are gathered.
    files
        Those that name the recordings to take (`eegbench.experiment.recordings`); none for all that are listed.

    Raises
    ------
    ValueError
        As `_open`.
    """
    with noted() as notes:
        data = _open(experiment, device, files)
    return replace(data, notes=tuple(notes))


def _open(experiment: Experiment, device: torch.device, files: Sequence[Path]) -> Data:
    """List the recordings, preprocess what is missing, cut windows, and give each to a split.

    Raises
    ------
    ValueError
        Where options, recordings or split do not fit; what a listing alone can tell is told before any
        preprocessing.
    """
    dataset, preprocessing, split = experiment.dataset, experiment.preprocessing, experiment.split
    plan = plan_recordings(experiment, files)
    check_split_of(experiment, plan.recordings)
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
    """Note the subjects of whom no window is in a split: nothing learns from them, and nothing is tested on them."""
    used = table["split"].ne("").groupby(table["subject"]).any()
    if not used.all():
        left_out = [str(subject) for subject in used.index[~used]]
        _log.info("%d of %d subjects are in no split: %s.", len(left_out), len(used), named(left_out))


def shared_data(experiment: Experiment, device: torch.device, files: Sequence[Path]) -> Data:
    """Open the data in process 0 alone, which may have to preprocess it, and hand it to the others."""
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
    """Count the windows of each class in a split that are not rejected."""
    table = data.part(split)
    used = table[~table["rejected"]]
    return tuple(int((used["label"] == i).sum()) for i in range(len(data.store.classes)))


def counts(data: Data) -> dict[str, dict[str, int]]:
    """Count recordings, subjects and windows of each split, by class, unscored, flat, saturated and marked bad."""
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
    """Return the data in numbers, for a reader."""
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
    """Return, for each subject of a split, whom it is one of (`Dataset.people`) and the id there.

    A subject comes from several where sets that share people are joined.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    recordings = set(data.part(split)["recording"])
    for recording in (one for one in data.opened.recordings if one.id in recordings):
        dataset, own = data.dataset.origin(recording)
        found.setdefault(recording.subject, set()).add((dataset.people, own.subject))
    return found


def _digest(data: Data, split: str) -> str:
    """Identify one split's windows; MLflow keeps one input for each name and digest."""
    rows = ",".join(map(str, data.part(split).index))
    return hashlib.sha256(f"{data.digest} {split} {rows}".encode()).hexdigest()


def dataset_facts(data: Data, name: str, source: str) -> tuple[DatasetFacts, ...]:
    """Describe the data of each split to a tracker."""
    every = counts(data)
    return tuple(
        DatasetFacts(name=name, digest=_digest(data, split), source=source, context=split, profile=every[split])
        for split in SPLITS
        if every[split]["n_windows"]
    )
