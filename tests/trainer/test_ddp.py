"""Two processes train as one process does on the same batches, with the same stopping, checkpoints and resumption."""

import pandas as pd
import pytest
import torch
from joint_work import PENALTIES, STEADY, all_training, fit
from ranks import in_processes
from small_training import loop

from eegbench.trainer.checkpoint import load_tensors
from eegbench.trainer.ddp import Ddp
from eegbench.trainer.loop import Loop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("joint")


@pytest.fixture(scope="module")
def found(folder):
    return in_processes(all_training, str(folder))


def test_only_ddp_joins_processes():
    assert Ddp.joins_processes
    assert not Loop.joins_processes


def assert_same(one, other, **tolerance):
    pd.testing.assert_frame_equal(plain(one), plain(other), **(tolerance or {"check_exact": True}))
    for name, tensor in one["weights"].items():
        torch.testing.assert_close(
            other["weights"][name], tensor, **({"rtol": 0, "atol": 0} if not tolerance else {"rtol": 0, "atol": 1e-5})
        )


def plain(one):
    return one["fit"].history.drop(columns="seconds")


def counted(one):
    done = one["fit"]
    return done.n_steps, done.n_examples, done.n_drawn, done.best_pass


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("plain", {"batch_norm": False, "n_pairs": 49}),
        ("clipped", {"clip_norm": 1e-2}),
        ("penalised", {"penalties": PENALTIES, "batch_norm": False}),
        ("averaged", STEADY),
    ],
    ids=["plain", "clipped", "penalised", "averaged"],
)
def test_the_curve_and_the_weights_are_those_of_one_process(found, tmp_path, name, options):
    of_loop = {name: value for name, value in options.items() if name in ("clip_norm", "penalties", *STEADY)}
    of_fit = {name: value for name, value in options.items() if name not in of_loop}
    alone = fit(tmp_path, loop(**of_loop), **of_fit)
    assert alone["fit"].history["valid_loss"].iloc[-1] != alone["fit"].history["valid_loss"].iloc[0]
    for one in found:
        assert_same(alone, one[name], rtol=0, atol=1e-5)
        assert counted(one[name]) == counted(alone)
    assert_same(found[0][name], found[1][name])


def test_one_process_gives_the_bits_of_the_loop(tmp_path):
    assert_same(fit(tmp_path / "loop", loop(), dropout=0.5), fit(tmp_path / "ddp", loop(Ddp), dropout=0.5))


def test_interrupted_and_resumed_with_dropout_it_ends_with_the_same_bits(found):
    for one in (one["resume"] for one in found):
        assert_same(one["straight"], one["resumed"])
    assert [one["resume"]["ended"] for one in found] == ["OSError", "PeerLostError"]


def test_each_process_drops_other_features(found, tmp_path):
    alone = fit(tmp_path, loop(), dropout=0.5)
    straight = found[0]["resume"]["straight"]
    assert plain(straight)["valid_loss"][0] == pytest.approx(plain(alone)["valid_loss"][0], abs=1e-6)
    assert plain(straight)["valid_loss"][4] != pytest.approx(plain(alone)["valid_loss"][4], abs=1e-6)


def test_only_process_0_probes_and_keeps_and_all_stop_and_choose_alike(found, folder):
    first, second = (one["probe"] for one in found)
    assert first["called"] == [0, 1, 2, 3, 4]
    assert second["called"] == []
    assert [one["fit"].best_pass for one in (first, second)] == [2, 2]
    assert first["fit"].stopped == second["fit"].stopped
    assert second["fit"].history["probe_score"].tolist() == [0.0, 0.3, 0.9, 0.5, 0.4]
    kept, facts = load_tensors(folder / "probe" / "best.safetensors")
    assert facts["pass"] == 2
    assert all(torch.equal(kept["encoder.last.weight"], one["weights"]["last.weight"]) for one in (first, second))


def test_a_loss_that_is_infinite_in_one_process_stops_all_with_the_same_sentence(found):
    first, second = (one["infinite"] for one in found)
    assert first == second
    assert "the valid loss is nan in pass 0" in first
