"""An optimiser without torch's compiler steps to the same bits, and does not load it."""

import functools
import subprocess
import sys

import pytest
import torch

from eegbench.trainer.without_compiler import without_compiler

OPTIMISERS = {
    "adam": functools.partial(torch.optim.Adam, weight_decay=0.1),
    "adamw": torch.optim.AdamW,
    "sgd": functools.partial(torch.optim.SGD, momentum=0.9, nesterov=True),
}


def trained(make, through):
    torch.manual_seed(0)
    weights = torch.nn.Parameter(torch.randn(5))
    optimizer = through(lambda: make([weights], lr=0.1))
    for _ in range(4):
        optimizer.zero_grad(set_to_none=True)
        (weights - 1).square().sum().backward()
        optimizer.step()
    return weights.detach(), optimizer.state_dict()["state"]


@pytest.mark.parametrize("make", OPTIMISERS.values(), ids=OPTIMISERS)
def test_steps_and_state_are_the_same(make):
    weights, state = trained(make, without_compiler)
    expected, expected_state = trained(make, lambda plainly: plainly())
    assert torch.equal(weights, expected)
    assert state.keys() == expected_state.keys()
    for name, value in expected_state[0].items():
        assert torch.equal(torch.as_tensor(state[0][name]), torch.as_tensor(value)), name


def test_a_training_loads_no_compiler():
    program = """
import sys, tempfile, pathlib
sys.path.insert(0, "tests")
from small_training import loop, material, modules
encoder, task = modules()
loop().fit(encoder, task, material(), folder=pathlib.Path(tempfile.mkdtemp()), after_pass=lambda row: {})
print("torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
