"""Pairs of windows for the phase-swap task: one gives the amplitudes, the other the phases."""

import numpy as np
import pandas as pd

from eegbench.sampler.base import Sampler, arrange
from eegbench.sampler.timeline import timeline
from eegbench.types import Draw


class AmplitudePhase(Sampler):
    """Draw every window that was not rejected once for its amplitudes, in random order, and a window for its phases.

    With probability one half, the phases are those of another window of the same recording, drawn uniformly, and the
    target is 1. Otherwise both are the same window, and the target is 0. Windows without another one in their recording
    are not used, and counted in ``n_dropped``.
    """

    layout = arrange({"amplitude": (), "phase": ()})

    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass of windows (n_windows, 2) and their targets.

        Raises
        ------
        ValueError
            If no recording has two windows.
        """
        line = timeline(table)
        n_in_recording = np.diff(line.first)[line.recording]
        own = rng.permutation(np.flatnonzero(n_in_recording > 1))
        if not len(own):
            raise ValueError(
                "No recording has two windows to swap phases between; set a shorter preprocessing.window_s, or check "
                "the rejection options of preprocessing."
            )
        target = rng.integers(2, size=len(own))
        first, n = line.first[line.recording[own]], n_in_recording[own]
        other = first + (own - first + rng.integers(1, n)) % n
        windows = line.rows[np.column_stack([own, np.where(target, other, own)])]
        return Draw(windows, target.astype(np.int64), n_dropped=len(line.rows) - len(own))
