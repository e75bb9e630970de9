"""The label of each annotation of a recording, in order of time, and the parts that it consists of."""

from collections.abc import Iterator
from itertools import pairwise

from eegbench.dataset import BadRecordingError, Dataset
from eegbench.dataset.marks import EPOCH_EDGE
from eegbench.store.shard import ShardHeader
from eegbench.types import UNSCORED


def labelled(header: ShardHeader, dataset: Dataset) -> Iterator[tuple[float, float, int]]:
    """Yield onset (s, from the shard's first sample), duration (s) and label of each annotation.

    Raises
    ------
    BadRecordingError
        Where a recording has a description that the dataset neither labels nor ignores.
    """
    numbers = {name: position for position, name in enumerate(dataset.classes)}
    for onset_s, duration_s, description in sorted(header.annotations):
        if description == EPOCH_EDGE:
            continue
        if description not in dataset.labels and description not in dataset.ignored:
            raise BadRecordingError(
                f"{header.recording}: the label {description!r} is in neither dataset.labels "
                f"({', '.join(dataset.labels)}) nor dataset.ignored; add it to one of them."
            )
        name = dataset.labels.get(description)
        yield onset_s, duration_s, UNSCORED if name is None else numbers[name]


def parts_of(header: ShardHeader) -> list[tuple[int, int]]:
    """Return first sample and stop of each part that windows keep to: each epoch, or all of a continuous recording."""
    edges = {round(onset_s * header.sfreq) for onset_s, _, text in header.annotations if text == EPOCH_EDGE}
    return list(pairwise([0, *sorted(edges), header.n_samples]))
