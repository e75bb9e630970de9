"""Number of the sleep epoch at the start of a window."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from eegbench.config import Positive
from eegbench.preprocessing.feature.base import Feature
from eegbench.types import Group

ROUNDING_S = 1e-6
"""Tolerance: times this close before the start of an epoch count as its start."""


def index_of(start_s: Float[np.ndarray, "n"], increment_s: float) -> Float[np.ndarray, "n"]:
    """Return the number of the increment, from 0, that contains each time."""
    return np.asarray(np.floor((start_s + ROUNDING_S) / increment_s))


@dataclass(frozen=True, kw_only=True)
class IndexWindow(Feature):
    """Number of the sleep epoch in which a window begins, divided by a constant.

    Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181, divide by 1200, the number of epochs in ten hours.

    Parameters
    ----------
    increment_s
        Length of a sleep epoch in seconds.
    divisor
        Divisor of the number.
    """

    increment_s: Positive
    divisor: Positive
    group: None = field(default=None, init=False)

    def dim(self, group: Group | None) -> int:  # noqa: ARG002  the same for all groups
        """Return 1."""
        return 1

    def compute(
        self,
        start_s: Float[np.ndarray, "n"],
        x_uv: Float[np.ndarray, "n n_channels n_times"],  # noqa: ARG002  only the position counts
        group: Group | None,  # noqa: ARG002
    ) -> Float[np.ndarray, "n 1"]:
        """Return the number of the epoch of each window, divided by the constant."""
        return index_of(start_s, self.increment_s)[:, None] / self.divisor
