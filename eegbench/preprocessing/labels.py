"""Label of each annotation of a recording, in order of time, and the continuous parts of a recording."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Int

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.dataset.timed_texts import EPOCH_EDGE, MIN_MARK_S, is_bad
from eegbench.store.shard import ShardHeader
from eegbench.types import UNSCORED


def labelled(header: ShardHeader, dataset: Dataset) -> Iterator[tuple[float, float, int]]:
    """Yield onset (s, from the shard's first sample), duration (s) and label of each annotation.

    Raises
    ------
    BadRecordingError
        If a recording has a description that is neither in dataset.labels nor in dataset.ignored.
    """
    known = _known(dataset)
    numbers = {name: position for position, name in enumerate(dataset.classes)}
    for onset_s, duration_s, description in sorted(header.annotations):
        if description == EPOCH_EDGE or is_bad(description, known):
            continue
        if description not in known:
            raise BadRecordingError(
                f"{header.recording}: the label {description!r} is in neither dataset.labels "
                f"({', '.join(dataset.labels)}) nor dataset.ignored; add it to one of them."
            )
        name = dataset.labels.get(description)
        yield onset_s, duration_s, UNSCORED if name is None else numbers[name]


def unknown(header: ShardHeader, dataset: Dataset) -> list[str]:
    """Return the descriptions in a recording that are neither in dataset.labels nor in dataset.ignored."""
    known = _known(dataset) | {EPOCH_EDGE}
    return sorted({text for *_, text in header.annotations if text not in known and not is_bad(text, known)})


def overlaps_bad(
    header: ShardHeader, dataset: Dataset, sample: Int[np.ndarray, "n"], window_s: float
) -> Bool[np.ndarray, "n"]:
    """Return whether each window overlaps a stretch that an annotation marks as bad signal.

    Parameters
    ----------
    header, dataset
        Header and dataset of the recording.
    sample
        First sample of each window.
    window_s
        Length of windows in seconds.
    """
    known = _known(dataset)
    start_s = sample / header.sfreq
    found = np.zeros(len(sample), dtype=bool)
    for onset_s, duration_s, text in header.annotations:
        if is_bad(text, known):
            found |= (start_s < onset_s + max(duration_s, MIN_MARK_S)) & (onset_s < start_s + window_s)
    return found


def _known(dataset: Dataset) -> set[str]:
    """Return the descriptions in dataset.labels or dataset.ignored."""
    return {*dataset.labels, *dataset.ignored}


def parts_of(header: ShardHeader) -> list[tuple[int, int]]:
    """Return first sample and stop of each part in which windows lie: each epoch, or all of a continuous recording."""
    edges = {round(onset_s * header.sfreq) for onset_s, _, text in header.annotations if text == EPOCH_EDGE}
    return list(pairwise([0, *sorted(edges), header.n_samples]))
