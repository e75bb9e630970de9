"""Every window that was not rejected is drawn once per pass, as two views."""

import numpy as np
import pandas as pd

from eegbench.sampler.window_twice import WindowTwice


def test_every_accepted_window_is_drawn_once_and_twice_in_its_example():
    table = pd.DataFrame({"label": -1, "rejected": [False, True, False, False]}, index=[3, 4, 8, 9])
    draw = WindowTwice().draw(table, np.random.default_rng(0))
    assert sorted(draw.windows[:, 0].tolist()) == [3, 8, 9]
    assert np.array_equal(draw.windows[:, 0], draw.windows[:, 1])
    assert draw.targets.shape == (3, 0)
