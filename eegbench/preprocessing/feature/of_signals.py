"""Base class of features of signals, and statistics of amplitudes."""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from eegbench.preprocessing.feature.base import Feature
from eegbench.types import Group

Statistic = Literal["mean", "max", "median", "min", "std"]

STATISTICS: Mapping[str, Callable[..., np.ndarray]] = {
    **{"mean": np.mean, "max": np.max, "median": np.median},
    **{"min": np.min, "std": np.std},
}
"""Statistics by name."""


class SignalFeature(Feature):
    """Base class of features of one group of signals, after its steps."""

    def form(self, group: Group | None) -> Group:
        """Return the form of the signals.

        Raises
        ------
        ValueError
            If the group does not exist.
        """
        if group is None:
            raise ValueError(
                f"preprocessing.features: {type(self).__name__} needs the group {self.group!r}, which does not exist; "
                "set its option group to one of preprocessing.signal.groups, or to eeg if there is one group."
            )
        return group
