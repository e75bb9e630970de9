"""Number of the sleep epoch at the start of a window, as cosines of several periods."""

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from jaxtyping import Float

from eegbench.config import OneOrMore, Positive
from eegbench.preprocessing.feature.base import Feature
from eegbench.preprocessing.feature.index_window import index_of
from eegbench.types import Group


@dataclass(frozen=True, kw_only=True)
class CycleIndexWindow(Feature):
    """cos(π · number of the sleep epoch / cycle) for each of several cycles (Guillot et al. 2020).

    Parameters
    ----------
    increment_s
        Length of a sleep epoch in seconds.
    cycles
        Half periods in sleep epochs.
    """

    increment_s: Positive
    cycles: Annotated[tuple[Positive, ...], OneOrMore()]
    group: None = field(default=None, init=False)

    def dim(self, group: Group | None) -> int:  # noqa: ARG002  the same for all groups
        """Return the number of cycles."""
        return len(self.cycles)

    def compute(
        self,
        start_s: Float[np.ndarray, "n"],
        x_uv: Float[np.ndarray, "n n_channels n_times"],  # noqa: ARG002  only the position counts
        group: Group | None,  # noqa: ARG002
    ) -> Float[np.ndarray, "n n_cycles"]:
        """Return the cosines for each window."""
        return np.asarray(np.cos(np.pi * index_of(start_s, self.increment_s)[:, None] / np.array(self.cycles)))
