"""List of a dataset's recordings, with checks of ids and labels."""

from eegbench.dataset.base import Dataset
from eegbench.types import Recording


def listed(dataset: Dataset) -> list[Recording]:
    """List the recordings.

    Raises
    ------
    ValueError
        If two recordings have the same id, a label has no class, or a label has a class and is ignored; and as in
        `Dataset.recordings`.
    """
    without = [text for text, name in dataset.labels.items() if not name]
    if without:
        raise ValueError(
            f"dataset.labels: {without[0]!r} has no class; write 'dataset.labels={{TEXT: CLASS, …}}', with a colon and "
            "a blank between both."
        )
    both = sorted(set(dataset.labels) & set(dataset.ignored))
    if both:
        raise ValueError(
            f"{both[0]!r} is in dataset.labels and in dataset.ignored; remove it from one, for example with "
            "dataset.labels={TEXT: CLASS, …}, which replaces the option's own."
        )
    recordings = dataset.recordings()
    first: dict[str, Recording] = {}
    for recording in recordings:
        other = first.setdefault(recording.id, recording)
        if other is not recording:
            raise ValueError(
                f"dataset: two recordings have the id {recording.id!r} ({other.signal} and {recording.signal}); "
                "give each one of its own in the dataset's recordings()."
            )
    return recordings
