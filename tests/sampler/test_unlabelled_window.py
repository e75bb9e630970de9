"""Every window that was not rejected is drawn once per pass, scored or not, without its label."""

import numpy as np
import pandas as pd

from eegbench.sampler.unlabelled_window import UnlabelledWindow


def test_every_accepted_window_is_drawn_once_in_random_order():
    table = pd.DataFrame(
        {"recording": "a", "start_s": np.arange(200.0), "label": -1, "rejected": np.arange(200) % 4 == 0},
        index=2 * np.arange(200) + 3,
    )
    draw = UnlabelledWindow().draw(table, np.random.default_rng(0))
    assert sorted(draw.windows[:, 0].tolist()) == table.index[~table["rejected"]].tolist()
    assert draw.windows[:, 0].tolist() != sorted(draw.windows[:, 0].tolist())
    assert draw.windows.shape == (150, 1)
    assert draw.targets.shape == (150, 0)
