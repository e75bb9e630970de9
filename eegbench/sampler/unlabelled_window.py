"""Every window once per pass, scored or not: examples for tasks that reconstruct a window."""

import numpy as np
import pandas as pd

from eegbench.sampler.base import Sampler, arrange
from eegbench.sampler.timeline import timeline
from eegbench.types import Draw


class UnlabelledWindow(Sampler):
    """Draw all windows that were not rejected, scored or not, in random order, without their labels."""

    layout = arrange({"unlabelled": ()})

    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass of windows (n_windows, 1), without targets (n_windows, 0).

        Raises
        ------
        ValueError
            If no window is left.
        """
        drawn = rng.permutation(timeline(table).rows)
        return Draw(drawn[:, None], np.zeros((len(drawn), 0), np.int64))
