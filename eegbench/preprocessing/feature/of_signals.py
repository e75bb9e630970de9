"""What features of signals share: they name a group, and statistics of amplitudes by name."""

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
"""By their names."""


class SignalFeature(Feature):
    """Looks at one group of signals, as its steps leave them."""

    def form(self, group: Group | None) -> Group:
        """Return the form of the signals.

        Raises
        ------
        ValueError
            Where the group is not there.
        """
        if group is None:
            raise ValueError(
                f"preprocessing.features: {type(self).__name__} looks at the group {self.group!r}, which is not there; "
                "set its option group to one of preprocessing.signal.groups, or to eeg where there is one group."
            )
        return group
