"""Statistics of absolute values in parts of a window."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from jaxtyping import Float

from eegbench.config import OneOrMore, Positive, Text
from eegbench.preprocessing.feature.of_signals import STATISTICS, SignalFeature, Statistic
from eegbench.types import Group


@dataclass(frozen=True, kw_only=True)
class SignalStatistics(SignalFeature):
    """Statistics of |x| in each part of a window and each channel; ordered by part, statistic, channel.

    Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181.

    Parameters
    ----------
    group
        The group of signals.
    statistics
        Any of ``mean``, ``max``, ``median``, ``min`` and ``std``.
    part_s
        Length of a part in seconds; the remainder at the end of a window is ignored.
    """

    group: Text
    statistics: Annotated[tuple[Statistic, ...], OneOrMore()]
    part_s: Positive

    def dim(self, group: Group | None) -> int:
        """Return the number of parts times statistics times channels."""
        form = self.form(group)
        n_parts = form.n_times // self._n_samples(form)
        if n_parts == 0:
            raise ValueError(f"preprocessing.features: part_s={self.part_s:g} is longer than a window.")
        return n_parts * len(self.statistics) * form.n_channels

    def compute(
        self, start_s: Float[np.ndarray, "n"], x_uv: Float[np.ndarray, "n n_channels n_times"], group: Group | None
    ) -> Float[np.ndarray, "n dim"]:
        """Return the statistics of windows."""
        form = self.form(group)
        length = self._n_samples(form)
        n_parts = form.n_times // length
        parts = np.abs(x_uv[:, :, : n_parts * length]).reshape(len(x_uv), form.n_channels, n_parts, length)
        found = np.stack([STATISTICS[name](parts, axis=3) for name in self.statistics], axis=-1)
        return found.transpose(0, 2, 3, 1).reshape(len(start_s), -1)

    def _n_samples(self, form: Group) -> int:
        return max(1, round(self.part_s * form.sfreq))
