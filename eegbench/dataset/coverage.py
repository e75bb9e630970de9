"""Says which part of a published set is here."""

from collections.abc import Sequence

from eegbench.dataset.base import Card
from eegbench.types import Recording


def coverage(recordings: Sequence[Recording], card: Card) -> str:
    """Say how many subjects and recordings of the complete set these are: "18 of 36 subjects, …"."""
    n_subjects = len({recording.subject for recording in recordings})
    subjects = _share(n_subjects, card.n_subjects, "subjects")
    return f"{subjects}, {_share(len(recordings), card.n_recordings, 'recordings')}"


def _share(n: int, n_complete: int, what: str) -> str:
    return f"all {n} {what}" if n == n_complete else f"{n} of {n_complete} {what}"
