"""Who is in which split: written before training, and compared before a run goes on or is explained."""

import hashlib
from pathlib import Path
from typing import Any

from eegbench.config import ConfigError, read_json
from eegbench.experiment.base import Expected
from eegbench.experiment.data import Data
from eegbench.experiment.run_folder import SPLIT
from eegbench.types import SPLITS


def split_ids(data: Data) -> dict[str, Any]:
    """Name the subjects and recordings of each split and of none, and give the whole a hash."""
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
    """Refuse windows or splits that are not those that a run began with.

    Parameters
    ----------
    data
        The windows now.
    folder
        The run's folder. One without a ``split.json`` has not begun.

    Raises
    ------
    ConfigError
        Naming subjects that are in another split now, where there are some.
    """
    file = folder / SPLIT
    if not file.is_file():
        return
    before, now = read_json(file), split_ids(data)
    if before.get("sha256") == now["sha256"]:
        return
    moved = [f"{split}: {_moved(before.get(split), now[split])}" for split in SPLITS if before.get(split) != now[split]]
    raise ConfigError(
        f"{file}: the windows or their splits are not those that the run began with "
        f"({'; '.join(moved) or 'other windows of the same recordings'}), because recordings are skipped now that were "
        "not, or the reverse, or because this is another version of eegbench. Start anew in another folder."
    )


def _moved(before: Any, now: dict[str, list[str]]) -> str:
    """Say which subjects a split had before and has now."""
    earlier = before.get("subjects") if isinstance(before, dict) else None
    return f"subjects {earlier} before, {now['subjects']} now"


def check_expected(data: Data, expected: Expected | None) -> None:
    """Stop where subjects or test windows are not those of the protocol that is followed.

    Raises
    ------
    ValueError
        Naming the split or class, what was expected and what is there.
    """
    if expected is None:
        return
    for split, subjects in zip(SPLITS, (expected.train, expected.valid, expected.test), strict=True):
        there = sorted(data.part(split)["subject"].unique())
        if there != sorted(subjects):
            raise ValueError(f"expected.{split}={sorted(subjects)}: the {split} split holds subjects {there}.")
    label = data.part("test")["label"]
    for number, name in enumerate(data.store.classes):
        n_windows = int((label == number).sum())
        if n_windows != expected.test_windows[name]:
            raise ValueError(
                f"expected.test_windows.{name}={expected.test_windows[name]}: there are {n_windows}; "
                "the recording or its crop is not that of the protocol."
            )
