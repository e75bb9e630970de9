"""If memory runs out in a pass: an error with what to do, or the pass again with half the batch."""

import pandas as pd
import pytest
import torch
from small_training import Tiny, loop, material, modules

from eegbench.report.methods.training import _halvings
from eegbench.trainer.checkpoint import load_tensors
from eegbench.trainer.ddp import Ddp

CPU = "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate"


class Hungry(Tiny):
    """Runs out of memory where it trains on more windows than fit, after a number of good batches."""

    def __init__(self, *, fits, error, n_good=0):
        super().__init__()
        self.fits, self.error, self.n_good = fits, error, n_good

    def embed(self, x):
        if self.training and len(x) > self.fits:
            self.n_good -= 1
            if self.n_good < 0:
                raise self.error
        return super().embed(x)


def fit(folder, trainer, **hunger):
    _, task = modules()
    hunger = {"fits": 10**6, "error": None, **hunger}
    torch.manual_seed(0)
    return trainer.fit(Hungry(**hunger), task, material(), folder=folder, after_pass=lambda row: {})


@pytest.mark.slow
@pytest.mark.parametrize("error", [RuntimeError(CPU), torch.OutOfMemoryError("CUDA out of memory.")])
def test_the_batch_is_halved_until_it_fits_and_every_place_says_so(tmp_path, capsys, error):
    fitted = fit(tmp_path, loop(batch_size=16, max_passes=2, on_oom="halve"), fits=8, error=error)
    assert fitted.halved == {1: 4}  # pairs: batches of 4 have 8 windows at most
    assert fitted.n_steps == 2 * 13
    assert fitted.n_examples == 2 * 50
    assert (
        "memory ran out in pass 1 with batches of 16 examples; the pass is repeated with 8" in capsys.readouterr().err
    )
    assert fitted.notes == ("memory ran out: batches have 4 examples from pass 1 on",)
    assert load_tensors(tmp_path / "last.safetensors")[1]["halved"] == {"1": 4}
    assert _halvings({"halved": {"1": 4}}) == ["As memory ran out, batches had 4 examples from pass 1 on."]


@pytest.mark.slow
def test_what_an_interrupted_pass_changed_is_undone(tmp_path):
    """The batch is halved after two steps of the first pass; the result is that of small batches from the start."""
    half = fit(tmp_path / "half", loop(batch_size=8, max_passes=3))
    hunger = {"fits": 16, "n_good": 2, "error": RuntimeError(CPU)}
    halved = fit(tmp_path / "halved", loop(batch_size=16, max_passes=3, on_oom="halve"), **hunger)
    assert halved.halved == {1: 8}
    pd.testing.assert_frame_equal(*(one.history.drop(columns="seconds") for one in (half, halved)))


@pytest.mark.slow
def test_a_resumed_run_keeps_the_halved_size(tmp_path):
    hunger = {"fits": 16, "error": RuntimeError(CPU)}
    whole = fit(tmp_path / "whole", loop(batch_size=16, max_passes=3, on_oom="halve"), **hunger)
    fit(tmp_path / "cut", loop(batch_size=16, max_passes=1, on_oom="halve"), **hunger)
    resumed = fit(tmp_path / "cut", loop(batch_size=16, max_passes=3, on_oom="raise"))  # it has all memory again
    assert resumed.halved == {1: 8}
    assert resumed.n_steps == whole.n_steps == 3 * 7


@pytest.mark.slow
def test_an_error_says_what_to_do_and_a_resumed_run_may_halve(tmp_path):
    hunger = {"fits": 16, "error": RuntimeError(CPU)}
    with pytest.raises(ValueError, match=r"pass 1 with batches of 16 examples; .* trainer.on_oom=halve"):
        fit(tmp_path, loop(batch_size=16, max_passes=2), **hunger)
    assert fit(tmp_path, loop(batch_size=16, max_passes=2, on_oom="halve"), **hunger).halved == {1: 8}


@pytest.mark.slow
def test_halving_ends(tmp_path):
    with pytest.raises(ValueError, match="batches of 1 examples, which cannot be halved again"):
        fit(tmp_path, loop(on_oom="halve"), fits=0, error=RuntimeError(CPU))


def test_another_error_is_not_taken_for_one_of_memory(tmp_path):
    with pytest.raises(RuntimeError, match="shapes"):
        fit(tmp_path, loop(on_oom="halve"), fits=0, error=RuntimeError("shapes"))


def test_processes_that_train_together_cannot_halve():
    with pytest.raises(ValueError, match=r"trainer\.on_oom=raise"):
        loop(Ddp, on_oom="halve").check_device(torch.device("cpu"))
