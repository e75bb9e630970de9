"""Check whether a run was trained on the recordings that are scored, from the files in its folder."""

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
"""Splits whose scores are not test scores, with their descriptions."""


@dataclass(frozen=True)
class Seen:
    """Recordings that a run was trained on, or by which it was chosen.

    Attributes
    ----------
    contents
        These recordings by split; None if unknown.
    unknown
        Reason why they are unknown; empty otherwise.
    """

    contents: Mapping[str, Sequence[Content]] | None
    unknown: str = ""

    def split_of(self, recording: Recording, dataset: Dataset) -> str:
        """Return the split of a recording with the same digest or the same file; empty if the run did not use it."""
        origin, own = dataset.origin(recording)
        digest, place = recording_digest((*own.files, *origin.sidecars(own))), str(own.signal.absolute())
        contents = self.contents or {}
        return next(
            (s for s, them in contents.items() if any(place == c.signal or digest == c.digest for c in them)), ""
        )

    def note_scored(self, listed: Sequence[tuple[Dataset, Recording]], scored: Set[str]) -> None:
        """Log a warning about scores of recordings used in training.

        Parameters
        ----------
        listed
            Recordings, each with its dataset.
        scored
            Ids of the recordings with labels.
        """
        if text := self.note([(reader, one) for reader, one in listed if one.id in scored]):
            _log.warning("%s", text)

    def note(self, scored: Sequence[tuple[Dataset, Recording]]) -> str:
        """Return a warning about scores of these recordings; empty if the run used none of them.

        Parameters
        ----------
        scored
            Recordings with labels, each with its dataset.
        """
        if not scored:
            return ""
        if self.contents is None:
            return f"It is unknown whether the network was trained on recordings that are scored: {self.unknown}."
        splits = {recording.id: self.split_of(recording, dataset) for dataset, recording in scored}
        used = {told: [name for name, one in splits.items() if one == split] for split, told in LEARNED.items()}
        if not any(used.values()):
            return ""
        parts = [f"{told}: {named(names)}" for told, names in used.items() if names]
        return (
            f"The scores are not test scores: of {plural(len(scored), 'recording')} with labels the run used "
            f"{sum(map(len, used.values()))} in training ({'; '.join(parts)}). Leave these out, or use the scores in "
            "the run's tables."
        )


def seen_by(fetch: Fetch | None) -> Seen:
    """Return the recordings that a run used.

    Parameters
    ----------
    fetch
        Function that finds the files of the run; None for a network without its run.

    Raises
    ------
    ConfigError
        If one of them is damaged.
    """
    if fetch is None:
        return Seen(None, "it has no run; give the folder of its finished run to --run")
    split, recordings = fetch(SPLIT), fetch(RECORDINGS)
    if split is None or recordings is None:
        missing = [name for name, file in ((SPLIT, split), (RECORDINGS, recordings)) if file is None]
        return Seen(None, f"the folder of its run has no {' and no '.join(missing)}")
    splits, contents = read_json(split), read_contents(recordings)
    ids = {split: splits.get(split, {}).get("recordings", []) for split in LEARNED}
    return Seen({split: [contents[one] for one in names if one in contents] for split, names in ids.items()})
