"""File of the subjects in each split, written before training and compared when a run is resumed or explained."""

import hashlib
from pathlib import Path
from typing import Any

from eegbench.config import ConfigError, read_json
from eegbench.experiment.base import Expected
from eegbench.experiment.data import Data
from eegbench.experiment.run_folder import SPLIT
from eegbench.types import SPLITS


def split_ids(data: Data) -> dict[str, Any]:
    """Return the subjects and recordings of each split and of no split, and a hash of the assignment of windows."""
    named = {
        split: {
            "subjects": sorted(data.part(split)["subject"].unique()),
            "recordings": sorted(data.part(split)["recording"].unique()),
        }
        for split in (*SPLITS, "")
    }
    named["in_no_split"] = named.pop("")
    assigned = "\n".join(f"{r}\t{t}\t{s}" for r, t, s in data.store.table[["recording", "start_s", "split"]].to_numpy())
    return {
        "dataset": type(data.dataset).__name__,
        "within_subject": data.within_subject,
        "sha256": hashlib.sha256(assigned.encode()).hexdigest(),
        **named,
    }


def check_split(data: Data, folder: Path) -> None:
    """Refuse windows or splits that differ from those at the start of a run.

    Parameters
    ----------
    data
        Current windows.
    folder
        Folder of the run. Without a ``split.json`` nothing is compared, because the run has not started.

    Raises
    ------
    ConfigError
        If they differ; the message contains the subjects that are in another split now.
    """
    file = folder / SPLIT
    if not file.is_file():
        return
    before, now = read_json(file), split_ids(data)
    if before.get("sha256") == now["sha256"]:
        return
    moved = [f"{split}: {_moved(before.get(split), now[split])}" for split in SPLITS if before.get(split) != now[split]]
    raise ConfigError(
        f"{file}: the windows or their splits differ from those at the start of the run "
        f"({'; '.join(moved) or 'other windows of the same recordings'}). Possible reasons are that other recordings "
        "are skipped now, or another version of eegbench. Start again in another folder."
    )


def _moved(before: Any, now: dict[str, list[str]]) -> str:
    """Return text about the subjects of a split before and now."""
    earlier = before.get("subjects") if isinstance(before, dict) else None
    return f"subjects {earlier} before, {now['subjects']} now"


def check_expected(data: Data, expected: Expected | None) -> None:
    """Compare subjects and test windows with those of a published protocol.

    Raises
    ------
    ValueError
        If they differ; the message contains the split or class, and the expected and actual values.
    """
    if expected is None:
        return
    for split, subjects in zip(SPLITS, (expected.train, expected.valid, expected.test), strict=True):
        there = sorted(data.part(split)["subject"].unique())
        if there != sorted(subjects):
            raise ValueError(f"expected.{split}={sorted(subjects)}: the subjects of {split} are {there}.")
    label = data.part("test")["label"]
    for number, name in enumerate(data.store.classes):
        n_windows = int((label == number).sum())
        if n_windows != expected.test_windows[name]:
            raise ValueError(
                f"expected.test_windows.{name}={expected.test_windows[name]}: test has {n_windows} such windows; "
                "the recordings or their cropping differ from the protocol."
            )
