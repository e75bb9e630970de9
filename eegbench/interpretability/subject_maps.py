"""Maps of single subjects, for the spread between subjects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

MOST_BYTES = 2**29
"""Maximum memory for maps of subjects; larger ones are not kept."""


@dataclass(frozen=True)
class SubjectMaps:
    """A map for each subject: the mean over the windows of that subject.

    Attributes
    ----------
    subjects
        Names of the subjects.
    values
        Maps; NaN if a subject has no window for a value.
    n_windows
        Number of used windows of each subject.
    """

    subjects: tuple[str, ...]
    values: Float[np.ndarray, "n_subjects n_outputs n_channels n_places"]
    n_windows: Int[np.ndarray, "n_subjects"]

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the arrays for npz."""
        return {
            "subjects": np.array(self.subjects, dtype=np.str_),
            "values": self.values.astype(np.float32),
            "n_windows": self.n_windows,
        }


def stored_subject_maps(arrays: Mapping[str, Any]) -> SubjectMaps:
    """Return maps of subjects from the arrays of `SubjectMaps.arrays`.

    Raises
    ------
    KeyError
        If an array is missing.
    """
    names = tuple(str(name) for name in arrays["subjects"])
    return SubjectMaps(names, np.asarray(arrays["values"], dtype=np.float64), np.asarray(arrays["n_windows"]))
