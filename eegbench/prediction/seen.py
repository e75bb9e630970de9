"""Did a run learn from the recordings that are scored? Its folder names those of its train and valid subjects."""

import logging
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from eegbench.config import read_json
from eegbench.dataset import Dataset
from eegbench.dataset.content import RECORDINGS, Content, named, read_contents, recording_digest
from eegbench.prediction.saved_run import Fetch
from eegbench.score.render import plural
from eegbench.types import Recording

_log = logging.getLogger(__name__)

SPLIT = "split.json"
LEARNED = {"train": "train", "valid": "valid (by which it was chosen)"}
"""The splits whose scores are no test, as they are told."""


@dataclass(frozen=True)
class Seen:
    """The recordings that a run learned from or was chosen by.

    Attributes
    ----------
    contents
        These recordings by their split; None where nobody knows.
    unknown
        Why nobody knows; empty otherwise.
    """

    contents: Mapping[str, Sequence[Content]] | None
    unknown: str = ""

    def split_of(self, recording: Recording, dataset: Dataset) -> str:
        """Return the split of a recording: of the same digest or the same file; empty where the run did not use it."""
        origin, own = dataset.origin(recording)
        digest, place = recording_digest((*own.files, *origin.sidecars(own))), str(own.signal.absolute())
        contents = self.contents or {}
        return next(
            (s for s, them in contents.items() if any(place == c.signal or digest == c.digest for c in them)), ""
        )

    def note_scored(self, listed: Sequence[tuple[Dataset, Recording]], scored: Set[str]) -> None:
        """Note what to know of scores.

        Parameters
        ----------
        listed
            Recordings, each with its reader.
        scored
            Ids of those that have labels.
        """
        if text := self.note([(reader, one) for reader, one in listed if one.id in scored]):
            _log.warning("%s", text)

    def note(self, scored: Sequence[tuple[Dataset, Recording]]) -> str:
        """Return what to know of scores of these recordings; empty where the run used none of them.

        Parameters
        ----------
        scored
            The recordings that have labels, each with its reader.
        """
        if not scored:
            return ""
        if self.contents is None:
            return f"It is not known whether the network was trained on recordings that are scored: {self.unknown}."
        splits = {recording.id: self.split_of(recording, dataset) for dataset, recording in scored}
        used = {told: [name for name, one in splits.items() if one == split] for split, told in LEARNED.items()}
        if not any(used.values()):
            return ""
        parts = [f"{told}: {named(names)}" for told, names in used.items() if names]
        return (
            f"The scores are no test: of {plural(len(scored), 'recording')} with labels the run used "
            f"{sum(map(len, used.values()))} in training ({'; '.join(parts)}). Leave these out, or take them from the "
            "run's tables."
        )


def seen_by(fetch: Fetch | None) -> Seen:
    """Return the recordings that a run used.

    Parameters
    ----------
    fetch
        Finds the files of the run; None of a network without its run.

    Raises
    ------
    ConfigError
        Where one of them is damaged.
    """
    if fetch is None:
        return Seen(None, "it is without its run; give the folder of its finished run to --run")
    split, recordings = fetch(SPLIT), fetch(RECORDINGS)
    if split is None or recordings is None:
        missing = [name for name, file in ((SPLIT, split), (RECORDINGS, recordings)) if file is None]
        return Seen(None, f"the folder of its run has no {' and no '.join(missing)}")
    splits, contents = read_json(split), read_contents(recordings)
    ids = {split: splits.get(split, {}).get("recordings", []) for split in LEARNED}
    return Seen({split: [contents[one] for one in names if one in contents] for split, names in ids.items()})
