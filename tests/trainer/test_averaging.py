"""Mean of the weights over several passes: its values, its batch statistics, and resumption."""

import pytest
import torch
from small_training import Tiny, loop, material, modules
from torch import nn

from eegbench.trainer.averaging.swa import Swa
from eegbench.trainer.batch_norm import statistics_anew
from eegbench.trainer.checkpoint import load_tensors
from eegbench.trainer.mean_weights import MeanWeights


def fit(folder, after_pass=lambda row: {}, given=None, **changes):
    encoder, task = given or modules()
    trainer = loop(**({"averaging": Swa(from_pass=2), "keep": 1} | changes))
    return encoder, task, trainer.fit(encoder, task, material(), folder=folder, after_pass=after_pass)


def state(encoder, task):
    return [tensor.clone() for module in (encoder, task) for tensor in module.state_dict().values()]


def test_the_mean_of_known_weights_is_exact():
    encoder, task = nn.Linear(2, 1, bias=False), nn.Identity()
    mean = MeanWeights(encoder, task)
    for weights in ([1.0, 8.0], [3.0, 0.0], [5.0, 4.0]):
        encoder.weight.data[:] = torch.tensor(weights)
        mean.add(encoder, task)
    mean.put(encoder, task)
    assert encoder.weight.tolist() == [[3.0, 4.0]]
    assert mean.n_passes == 3


def test_a_mean_comes_back_from_its_tensors_and_grows_on():
    encoder, task = nn.Linear(1, 1, bias=False), nn.Identity()
    first, second = MeanWeights(encoder, task), MeanWeights(encoder, task)
    encoder.weight.data.fill_(2.0)
    first.add(encoder, task)
    second.load(first.state())
    encoder.weight.data.fill_(4.0)
    second.add(encoder, task)
    second.put(encoder, task)
    assert (encoder.weight.item(), second.n_passes) == (3.0, 2)


def test_the_encoder_has_the_mean_of_the_passes_from_the_first_that_counts(tmp_path):
    encoder, task, fitted = fit(tmp_path)
    kept = [load_tensors(tmp_path / f"pass-{number:04d}.safetensors")[0] for number in (2, 3, 4)]
    for name, parameter in (*encoder.named_parameters(prefix="encoder"), *task.named_parameters(prefix="task")):
        expected = torch.stack([one[name] for one in kept]).mean(0)
        torch.testing.assert_close(parameter.detach(), expected, rtol=1e-5, atol=1e-6)
    assert (fitted.final_pass, fitted.averaged["n_passes"]) == (4, 3)


def test_training_is_that_without_a_mean(tmp_path):
    _, _, averaged = fit(tmp_path / "averaged")
    encoder, task = modules()
    plain = loop().fit(encoder, task, material(), folder=tmp_path / "plain", after_pass=lambda row: {})
    assert averaged.history.drop(columns="seconds").equals(plain.history.drop(columns="seconds"))
    assert averaged.best_pass == plain.best_pass
    assert plain.averaged == {}


def test_the_mean_is_validated_and_kept(tmp_path):
    encoder, _, fitted = fit(tmp_path)
    tensors, facts = load_tensors(tmp_path / "averaged.safetensors")
    assert torch.equal(tensors["encoder.last.weight"], encoder.last.weight)
    assert facts == dict(fitted.averaged)
    assert set(facts) == {"n_passes", "valid_loss", "valid_accuracy"}
    assert facts["valid_loss"] not in fitted.history["valid_loss"].tolist()


def test_batch_statistics_are_the_means_over_the_batches_of_a_pass_with_the_mean_weights(tmp_path):
    encoder, _, _ = fit(tmp_path)
    given = material()
    draw = given.draw(5)
    batches = [given.store.views(draw, part).windows for part in loop().batches(draw)]
    with torch.no_grad():
        hidden = [encoder.first(batch.only.flatten(1)) for batch in batches]
    means, variances = (torch.stack([getattr(one, name)(0) for one in hidden]).mean(0) for name in ("mean", "var"))
    torch.testing.assert_close(encoder.norm.running_mean, means)
    torch.testing.assert_close(encoder.norm.running_var, variances)
    assert encoder.norm.momentum == 0.1
    assert int(encoder.norm.num_batches_tracked) == len(batches)


@pytest.mark.parametrize("killed_in", [1, 3])
def test_resumed_it_ends_with_the_same_bits(tmp_path, killed_in):
    encoder, task, straight = fit(tmp_path / "straight")

    def kill(row):
        if row["pass"] == killed_in:
            raise KeyboardInterrupt
        return {}

    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "cut", after_pass=kill)
    other, other_task, resumed = fit(tmp_path / "cut", given=modules(seed=99))
    assert all(torch.equal(a, b) for a, b in zip(state(encoder, task), state(other, other_task), strict=True))
    assert dict(straight.averaged) == dict(resumed.averaged)


def test_asked_again_after_its_end_it_has_the_same_bits(tmp_path):
    encoder, task, _ = fit(tmp_path)
    other, other_task, again = fit(tmp_path, given=modules(seed=99))
    assert all(torch.equal(a, b) for a, b in zip(state(encoder, task), state(other, other_task), strict=True))
    assert again.averaged["n_passes"] == 3


def test_training_that_stops_before_keeps_the_best_pass_and_says_so(tmp_path):
    worse = iter(range(100))
    _, _, fitted = fit(
        tmp_path,
        after_pass=lambda row: {"probe_score": -next(worse)},
        averaging=Swa(from_pass=4),
        monitor="probe_score",
        patience=1,
    )
    assert (fitted.final_pass, fitted.averaged) == (1, {})
    assert fitted.stopped.endswith("trainer.patience=1 passes, before the first pass whose weights are averaged")


def test_frozen_layers_keep_their_statistics():
    encoder = Tiny()
    encoder.norm.eval()
    with statistics_anew(encoder) as are_there:
        assert not are_there
        assert encoder.norm.momentum == 0.1


def test_a_first_pass_that_never_comes_is_refused():
    with pytest.raises(ValueError, match=r"from_pass=5: with trainer\.max_passes=4 this pass is never reached"):
        loop(averaging=Swa(from_pass=5))
    loop(averaging=Swa(from_pass=5), max_passes=0)
