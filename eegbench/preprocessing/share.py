"""Build the shards of a share of the recordings, and report the result for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eegbench.dataset import Dataset
from eegbench.preprocessing.base import Preprocessing
from eegbench.preprocessing.build import build_plan, plan_shards
from eegbench.preprocessing.unusable import skips
from eegbench.store.base import ShardStorage
from eegbench.types import Recording


@dataclass(frozen=True)
class Report:
    """Result for several recordings.

    Attributes
    ----------
    n_built, n_there
        Number of shards that were built, and that existed.
    skipped, failed
        Reasons why recordings cannot be used, by id: those that a run skips, and those that raise an error.
    """

    n_built: int = 0
    n_there: int = 0
    skipped: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: "Report") -> "Report":
        return Report(
            n_built=self.n_built + other.n_built,
            n_there=self.n_there + other.n_there,
            skipped={**self.skipped, **other.skipped},
            failed={**self.failed, **other.failed},
        )


def build_share(
    dataset: Dataset, preprocessing: Preprocessing, recordings: Sequence[Recording], storage: ShardStorage
) -> Report:
    """Build the missing shards of recordings, and continue after a recording that cannot be used.

    Raises
    ------
    OSError
        If the shards would not fit on the disk.
    """
    plan = plan_shards(dataset, preprocessing, recordings, storage, keep_going=True)
    late, n_built = build_plan(plan)
    n_there = len(plan.jobs) - len(late) - n_built
    return Report(n_built, n_there) + unusable(dataset, recordings, {**plan.bad, **late})


def unusable(dataset: Dataset, recordings: Sequence[Recording], bad: Mapping[str, str]) -> Report:
    """Report recordings that cannot be used, according to ``on_bad_recording`` of their datasets."""
    passed = {recording.id for recording in recordings if skips(dataset, recording)}
    return Report(
        skipped={name: why for name, why in bad.items() if name in passed},
        failed={name: why for name, why in bad.items() if name not in passed},
    )
