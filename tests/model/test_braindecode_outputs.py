"""Golden: the same weights give the same numbers as in braindecode (stored by make_braindecode_outputs.py)."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from eegbench.model.base import Encoder
from eegbench.model.chambon2018 import Chambon2018
from eegbench.model.stager_net import StagerNet

SCRIPT = runpy.run_path(str(Path(__file__).with_name("make_braindecode_outputs.py")))


def encoder(*, n_channels: int, n_times: int, sfreq: float, padded: bool) -> Encoder:
    form = {"n_channels": n_channels, "n_times": n_times, "sfreq": sfreq, "n_filters": 16, "dropout": 0.0}
    if padded:
        return Chambon2018(**form, embed_dim=SCRIPT["N_OUTPUTS"], batch_norm=True)
    return StagerNet(**form, embed_dim=SCRIPT["N_OUTPUTS"])


@pytest.mark.parametrize("case", SCRIPT["CASES"])
def test_outputs_and_gradients_equal_braindecodes_for_the_same_weights(case: str) -> None:
    form = SCRIPT["CASES"][case]
    ours = encoder(**form)
    SCRIPT["fill"](ours)
    found = SCRIPT["answers"](ours, form["n_channels"], form["n_times"])
    with np.load(SCRIPT["OUTPUTS"]) as stored:
        for name, value in found.items():
            expected = stored[f"{case}/{name}"]
            np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
