"""Every window once per pass, as two identical views: examples for tasks that augment each view separately."""

import numpy as np
import pandas as pd

from eegbench.sampler.base import Sampler, arrange
from eegbench.types import Draw


class WindowTwice(Sampler):
    """Draw all windows that were not rejected, scored or not, in random order."""

    layout = arrange({"view": (2,)})

    def draw(self, table: pd.DataFrame, rng: np.random.Generator) -> Draw:
        """Draw one pass of windows (n_windows, 2), each twice in its row, without targets (n_windows, 0).

        Raises
        ------
        ValueError
            If no window is left.
        """
        rows = table.index.to_numpy(np.int64)[~table["rejected"].to_numpy(bool)]
        if not len(rows):
            raise ValueError(
                f"There are no windows to draw: all {len(table)} windows are rejected; check the split's sizes and "
                f"the rejection options of preprocessing."
            )
        drawn = rng.permutation(rows)
        return Draw(np.column_stack([drawn, drawn]), np.zeros((len(drawn), 0), np.int64))
