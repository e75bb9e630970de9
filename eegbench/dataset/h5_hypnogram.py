"""Sleep stages of a polysomnography in HDF5, one per 30 s, in the file itself or in a JSON list of a scorer.

Conventions
-----------
−1 unscored, 0 W, 1 N1, 2 N2, 3 N3, 4 R. The length of a hypnogram may differ from its signals' by one epoch: a longer
one is cut at their end, and after the end of a shorter one the rest is unlabelled.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import mne
import numpy as np
from jaxtyping import Int

from eegbench.config import parse_json
from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.h5_file import dataset_at, opened
from eegbench.dataset.timed_texts import Mark, annotations

HYPNOGRAM = "hypnogram"
"""Path of the stages in a file."""

EPOCH_S = 30.0

TEXTS = ("W", "N1", "N2", "N3", "R", "unscored")
"""Descriptions of stages 0 to 4, and of −1, used as annotations."""

Stages = Int[np.ndarray, "n_epochs"]


def stages_in_file(path: Path) -> Stages | None:
    """Return the hypnogram of a file; None if it has none.

    Raises
    ------
    BadRecordingError
        If it contains anything but stages.
    """
    with opened(path) as file:
        if HYPNOGRAM not in file:
            return None
        return _checked(path, dataset_at(path, file, HYPNOGRAM, "the hypnogram")[:].tolist())


def stages_in_list(path: Path) -> Stages:
    """Return the stages of a JSON list, or of a consensus written by ``eegbench consensus``.

    Raises
    ------
    BadRecordingError
        If the file cannot be read, or contains anything but stages.
    """
    try:
        found = parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadRecordingError(f"{path}: cannot be read as JSON ({error}); a list of stages is expected.") from error
    found = found.get("stage") if isinstance(found, dict) else found
    if not isinstance(found, list):
        raise BadRecordingError(
            f"{path}: a JSON list of stages is expected, one every 30 s, or an object with 'stage'."
        )
    return _checked(path, found)


def stage_annotations(path: Path, stages: Stages, length_s: float) -> "mne.Annotations":
    """Convert stages to annotations of a recording, one per bout.

    Parameters
    ----------
    path
        Path of the file, for error messages.
    stages
        Stages, starting at the first sample.
    length_s
        Length of the signals in seconds.

    Raises
    ------
    BadRecordingError
        If the lengths of stages and signals differ by more than an epoch.
    """
    covered_s = EPOCH_S * len(stages)
    if abs(covered_s - length_s) > EPOCH_S:
        more = "longer" if covered_s > length_s else "shorter"
        raise BadRecordingError(
            f"{path}: {len(stages)} stages of 30 s last {covered_s:g} s and the signals {length_s:g} s; a hypnogram "
            f"that is more than an epoch {more} belongs to another recording, or to another part of it: cut it "
            "to the signals, or correct their rate ('fs')."
        )
    edges = [0, *(np.flatnonzero(np.diff(stages)) + 1).tolist(), len(stages)]
    bouts = pairwise(edges)
    marks = [Mark(EPOCH_S * first, EPOCH_S * (stop - first), TEXTS[stages[first]]) for first, stop in bouts]
    return annotations(marks, shift_s=0.0, length_s=length_s)


def _checked(path: Path, found: Sequence[object]) -> Stages:
    known = range(-1, len(TEXTS) - 1)
    for epoch, one in enumerate(found):
        if isinstance(one, bool) or not isinstance(one, int | float) or one not in known:
            raise BadRecordingError(
                f"{path}: epoch {epoch} of the hypnogram is {one!r}; expected 0 (W), 1 (N1), 2 (N2), 3 (N3), 4 (R) or "
                "-1 (none)."
            )
    if not found:
        raise BadRecordingError(f"{path}: its hypnogram is empty; write a stage every 30 s, or leave it out.")
    return np.array(found, dtype=np.int64)
