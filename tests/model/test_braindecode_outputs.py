"""Golden: equal weights give the same outputs as in braindecode (stored by make_braindecode_outputs.py)."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from options import node_of

from eegbench.config import build
from eegbench.model.base import SignalEncoder

CONF = Path(__file__).resolve().parents[2] / "conf" / "model"
SCRIPT = runpy.run_path(str(Path(__file__).with_name("make_braindecode_outputs.py")))
OURS = {"embed_dim": SCRIPT["N_OUTPUTS"], "dropout": 0.0}
CROPS = {"kernels": [10, 10, 5, 5], "pool_stride": 2, "final_length": 1, "dropout": 0.0}
OPTIONS = {
    "chambon2018": ("chambon2018", OURS),
    "stager_net": ("stager_net", OURS),
    "deep4": ("deep4", {"dropout": 0.0}),
    "deep4_mean": ("deep4", {"dropout": 0.0, "pool": "mean"}),
    "deep4_crops": ("deep4", CROPS),
    "deep4_dense": ("deep4", CROPS | {"dense": True}),
    "shallow_fbcsp": ("shallow_fbcsp", {"dropout": 0.0}),
    "eegnet": ("eegnet", {"dropout": 0.0}),
}


class OfTensor(torch.nn.Module):
    """An encoder that takes the signals as a tensor, as braindecode's models do."""

    def __init__(self, encoder: SignalEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.encoder.embed(x)


def with_head(model: str, n_channels: int, n_times: int, sfreq: float) -> torch.nn.Module:
    """Build our encoder, with a linear layer on the embedding if braindecode's model ends in a classifier."""
    option, chosen = OPTIONS[model]
    node = node_of(CONF / f"{option}.yaml") | chosen
    encoder = build(node, SignalEncoder, n_channels=n_channels, n_times=n_times, sfreq=sfreq)
    if "embed_dim" in chosen:
        return OfTensor(encoder)
    return torch.nn.Sequential(OfTensor(encoder), torch.nn.Linear(encoder.embed_dim, SCRIPT["N_OUTPUTS"]))


@pytest.mark.parametrize("case", SCRIPT["CASES"])
def test_outputs_and_gradients_equal_braindecodes_for_the_same_weights(case: str) -> None:
    facts = SCRIPT["CASES"][case]
    ours = with_head(**facts)
    SCRIPT["fill"](ours)
    if facts["model"] == "eegnet":
        ours[0].encoder.after_step()  # braindecode bounds its spatial filters whenever it uses them
    found = SCRIPT["answers"](ours, facts["n_channels"], facts["n_times"])
    with np.load(SCRIPT["OUTPUTS"]) as stored:
        for name, value in found.items():
            expected = stored[f"{case}/{name}"]
            np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
