"""The training loop: counts, early stopping, checkpoints, and bit-exact resumption."""

import copy
import dataclasses
import math
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
import torch
from small_training import Tiny, loop, material, modules

from eegbench.store.windows import Windows
from eegbench.task import Outcome, ParameterGroup, Task
from eegbench.task.relative_positioning import RelativePositioning
from eegbench.trainer import NonFiniteLossError
from eegbench.trainer.checkpoint import load_tensors
from eegbench.trainer.schedule.constant import Constant
from eegbench.trainer.schedule.cosine import Cosine
from eegbench.trainer.schedule.warmup_exponential import WarmupExponential
from eegbench.types import Draw

STEPS = {"steps_of_pass": 4, "max_passes": 4}
"""Values for the loop and the material of `small_training`."""


def nothing(row):
    return {}


def fit(folder, trainer=None, after_pass=nothing, given=None, **sampler):
    encoder, task = given or modules()
    fitted = (trainer or loop()).fit(encoder, task, material(**sampler), folder=folder, after_pass=after_pass)
    return encoder, task, fitted


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def plain(history):
    return history.drop(columns="seconds")


def test_history_begins_before_training_and_counts_what_was_really_consumed(tmp_path):
    _, _, fitted = fit(tmp_path, n_dropped=3)
    history = fitted.history
    assert history["pass"].tolist() == [0, 1, 2, 3, 4]
    assert math.isnan(history["train_loss"].astype(float)[0])
    assert history["valid_loss"].notna().all()
    assert (fitted.n_steps, fitted.n_examples, fitted.n_drawn, fitted.n_dropped) == (4 * 4, 4 * 50, 4 * 50, 12)


def test_a_short_batch_is_dropped_and_the_counts_say_so(tmp_path):
    _, _, fitted = fit(tmp_path, loop(short_batch="drop"))
    assert (fitted.n_steps, fitted.n_examples, fitted.n_drawn) == (4 * 3, 4 * 48, 4 * 50)


def test_the_only_batch_is_never_dropped(tmp_path):
    _, _, fitted = fit(tmp_path, loop(short_batch="drop", batch_size=64, max_passes=1))
    assert fitted.n_examples == 50


@pytest.mark.parametrize("final", ["best", "last"])
@pytest.mark.parametrize("killed_in", [0, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 4))])
def test_a_resumed_run_equals_a_straight_one_to_the_bit(tmp_path, killed_in, final):
    trainer = loop(final=final)
    encoder, task, straight = fit(tmp_path / "straight", trainer)

    def kill(row):
        if row["pass"] == killed_in:
            raise KeyboardInterrupt
        return {}

    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "cut", trainer, after_pass=kill)
    other, other_task, resumed = fit(tmp_path / "cut", trainer, given=modules(seed=99))  # their weights are replaced
    if killed_in == 0:  # nothing was kept yet, so the run begins anew with what it is given
        encoder, task, straight = fit(tmp_path / "other", trainer, given=modules(seed=99))
    assert same(encoder, other)
    assert same(task, other_task)
    pd.testing.assert_frame_equal(plain(straight.history), plain(resumed.history))
    counted = [(one.n_steps, one.n_examples, one.best_pass, one.final_pass) for one in (straight, resumed)]
    assert counted[0] == counted[1]


def test_encoder_and_task_do_what_follows_a_step_after_each_step(tmp_path):
    encoder, task = modules()
    order = []
    encoder.after_step = lambda: order.append("encoder")
    task.after_step = lambda encoder, generator: order.append("task")
    _, _, fitted = fit(tmp_path, given=(encoder, task))
    assert order == ["encoder", "task"] * fitted.n_steps


def test_a_finished_run_is_not_trained_further(tmp_path):
    encoder, _, first = fit(tmp_path)
    other, _, second = fit(tmp_path, given=modules(seed=5))
    assert same(encoder, other)
    assert second.n_steps == first.n_steps


def test_the_best_pass_is_kept_and_its_weights_come_back(tmp_path):
    encoder, _, fitted = fit(tmp_path)
    losses = fitted.history["valid_loss"].to_numpy()
    assert fitted.best_pass == 1 + losses[1:].argmin()
    tensors, facts = load_tensors(tmp_path / "best.safetensors")
    assert facts["pass"] == fitted.best_pass
    assert torch.equal(tensors["encoder.last.weight"], encoder.last.weight)


WORSE_AFTER_2 = {0: 0.1, 1: 0.5, 2: 0.9, 3: 0.4, 4: 0.4}


def test_the_last_pass_is_kept_by_choice_and_trains_to_the_same_bits(tmp_path):
    found = {
        final: fit(
            tmp_path / final,
            loop(final=final, monitor="probe_score"),
            lambda row: {"probe_score": WORSE_AFTER_2[row["pass"]]},
        )
        for final in ("best", "last")
    }
    fits = {final: fitted for final, (_, _, fitted) in found.items()}
    assert [(one.best_pass, one.final_pass) for one in fits.values()] == [(2, 2), (2, 4)]
    pd.testing.assert_frame_equal(plain(fits["best"].history), plain(fits["last"].history))
    for final, stem in (("best", "best"), ("last", "last")):
        tensors, _ = load_tensors(tmp_path / "last" / f"{stem}.safetensors")
        assert torch.equal(tensors["encoder.last.weight"], found[final][0].last.weight)
    assert not same(found["best"][0], found["last"][0])


def test_patience_counts_by_the_monitored_value_where_the_last_pass_is_kept(tmp_path):
    trainer = loop(final="last", monitor="probe_score", patience=1, max_passes=50)
    _, _, fitted = fit(tmp_path, trainer, lambda row: {"probe_score": WORSE_AFTER_2[row["pass"]]})
    assert (fitted.best_pass, fitted.final_pass) == (2, 3)
    assert "probe_score had not improved" in fitted.stopped


def test_training_stops_when_the_monitored_value_does_not_improve(tmp_path):
    worse = iter(range(100))
    _, _, fitted = fit(
        tmp_path,
        loop(max_passes=50, patience=3, monitor="probe_score"),
        after_pass=lambda row: {"probe_score": -float(next(worse))},
    )
    assert fitted.best_pass == 1
    assert fitted.history["pass"].max() == 4
    assert "trainer.patience=3" in fitted.stopped


@pytest.mark.parametrize(
    ("stop_when", "last", "said"),
    [("patience_reached", 4, "for trainer.patience=3 passes"), ("patience_exceeded", 5, "for more than trainer.pat")],
)
def test_training_stops_when_the_count_of_passes_without_a_better_value_reaches_or_exceeds_patience(
    tmp_path, stop_when, last, said
):
    values = {0: 0.1, 1: 0.5}
    _, _, fitted = fit(
        tmp_path,
        loop(max_passes=50, patience=3, stop_when=stop_when, monitor="probe_score"),
        after_pass=lambda row: {"probe_score": values.get(row["pass"], 0.5)},  # an equal value is no better one
    )
    assert (fitted.best_pass, fitted.history["pass"].max()) == (1, last)
    assert said in fitted.stopped


@pytest.mark.parametrize(("warmup_steps", "n_notes"), [(8, 0), (9, 1)])
@pytest.mark.parametrize("changes", [{"max_passes": 2}, {"max_passes": 50, "patience": 1, "monitor": "probe_score"}])
def test_training_that_ends_before_its_warm_up_does_says_so(tmp_path, changes, warmup_steps, n_notes):
    schedule = WarmupExponential(warmup_steps=warmup_steps, decay=1.0)
    worse = iter(range(100))
    _, _, fitted = fit(
        tmp_path, loop(schedule=schedule, **changes), after_pass=lambda row: {"probe_score": -float(next(worse))}
    )
    assert fitted.n_steps == 8
    assert len(fitted.notes) == n_notes
    assert all("8 of trainer.schedule.warmup_steps=9 steps" in note for note in fitted.notes)


def test_a_probe_that_runs_every_second_pass_may_choose_the_checkpoint(tmp_path):
    scores = {0: 0.1, 2: 0.9, 4: 0.5}
    _, _, fitted = fit(
        tmp_path,
        loop(monitor="probe_score"),
        after_pass=lambda row: {"probe_score": scores[row["pass"]]} if row["pass"] in scores else {},
    )
    assert fitted.best_pass == 2


def test_a_monitor_that_never_comes_is_refused_with_those_that_do(tmp_path):
    with pytest.raises(ValueError, match="valid_los is not a column of the history; set one of valid_loss"):
        fit(tmp_path, loop(monitor="valid_los"))


@pytest.mark.parametrize(("keep", "stems"), [("best_last", set()), (2, {"pass-0002", "pass-0004"})])
def test_checkpoints_are_best_and_last_or_every_nth_too(tmp_path, keep, stems):
    fit(tmp_path, loop(keep=keep))
    assert {path.stem for path in tmp_path.iterdir()} == {"best", "last"} | stems


def test_a_loss_that_is_not_finite_stops_with_a_sentence_and_keeps_the_last_good_checkpoint(tmp_path):
    given = material()

    def poison(row):
        if row["pass"] == 2:
            given.store.windows.fill_(torch.inf)
        return {}

    with pytest.raises(NonFiniteLossError, match=r"in pass 3; the last good checkpoint.*trainer\.lr"):
        loop().fit(*modules(), given, folder=tmp_path, after_pass=poison)
    for name in ("best", "last"):
        tensors, _ = load_tensors(tmp_path / f"{name}.safetensors")
        assert all(torch.isfinite(tensor).all() for tensor in tensors.values() if tensor.is_floating_point())


def test_a_valid_loss_that_is_not_finite_stops_too(tmp_path):
    given = material()
    given.store.windows[45:] = torch.nan
    with pytest.raises(NonFiniteLossError, match=r"valid loss is nan in pass 0; nothing was trained yet"):
        loop().fit(*modules(), given, folder=tmp_path, after_pass=nothing)


def test_zero_passes_leave_the_encoder_as_it_is(tmp_path):
    encoder, task = modules()
    before = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
    _, _, fitted = fit(tmp_path, loop(max_passes=0), given=(encoder, task))
    assert (fitted.n_steps, fitted.best_pass, fitted.final_pass) == (0, 0, 0)
    assert all(torch.equal(before[name], tensor) for name, tensor in encoder.state_dict().items())


def test_frozen_layers_keep_weights_and_statistics(tmp_path):
    encoder, task = modules()
    for parameter in [*encoder.first.parameters(), *encoder.norm.parameters()]:
        parameter.requires_grad_(False)
    before = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
    fit(tmp_path, given=(encoder, task))
    moved = {name for name, tensor in encoder.state_dict().items() if not torch.equal(before[name], tensor)}
    assert moved == {"last.weight", "last.bias"}


def test_cosine_moves_the_learning_rate_by_step(tmp_path):
    _, _, fitted = fit(tmp_path)
    assert fitted.history["lr"].tolist()[0] == 1e-2
    assert fitted.history["lr"].iloc[-1] == pytest.approx(1e-2 * Cosine().factor(15, **STEPS))


def test_bf16_trains_close_to_float32_and_fp16_wants_a_gpu(tmp_path):
    full = fit(tmp_path / "full")[2].history["train_loss"].iloc[-1]
    half = fit(tmp_path / "half", loop(precision="bf16"))[2].history["train_loss"].iloc[-1]
    assert half == pytest.approx(full, abs=0.1)
    with pytest.raises(ValueError, match=r"needs a GPU.*bf16 or float32"):
        fit(tmp_path / "no", loop(precision="fp16"))


@pytest.mark.parametrize(("processor", "encoder", "expected"), [(1, 1, "bf16"), (1, 0, "float32"), (0, 1, "float32")])
def test_auto_takes_bf16_where_the_processor_and_the_encoder_are_made_for_it(
    tmp_path, monkeypatch, processor, encoder, expected
):
    monkeypatch.setattr("eegbench.trainer.precision.multiplies_bf16", lambda: bool(processor))
    monkeypatch.setattr(Tiny, "bf16_on_cpu", bool(encoder))
    found = fit(tmp_path / "auto", loop(precision="auto"))[2]
    assert found.precision == expected
    named = fit(tmp_path / "named", loop(precision=expected))[2]
    pd.testing.assert_frame_equal(plain(found.history), plain(named.history))


def test_a_training_goes_on_in_the_numbers_in_which_it_began(tmp_path, monkeypatch):
    monkeypatch.setattr(Tiny, "bf16_on_cpu", True)
    monkeypatch.setattr("eegbench.trainer.precision.multiplies_bf16", lambda: True)
    fit(tmp_path, loop(precision="auto", max_passes=2))
    monkeypatch.setattr("eegbench.trainer.precision.multiplies_bf16", lambda: False)
    assert fit(tmp_path, loop(precision="auto"))[2].precision == "bf16"


def test_gradients_are_clipped(tmp_path):
    free, _, _ = fit(tmp_path / "free", loop(max_passes=1, optimizer=torch.optim.SGD, lr=10.0, schedule=Constant()))
    clipped, _, _ = fit(
        tmp_path / "clipped",
        loop(max_passes=1, optimizer=torch.optim.SGD, lr=10.0, clip_norm=1e-6, schedule=Constant()),
    )
    start, _ = modules()
    assert not torch.allclose(free.last.weight, start.last.weight, atol=1e-3)
    assert torch.allclose(clipped.last.weight, start.last.weight, atol=1e-3)


def test_every_pass_draws_anew_and_validation_draws_once():
    given = material()
    assert not np.array_equal(given.draw(1).windows, given.draw(2).windows)
    assert np.array_equal(given.draw(1).windows, material().draw(1).windows)
    assert np.array_equal(given.draw_valid().windows, given.draw_valid().windows)
    assert not np.array_equal(given.draw(1).windows, material(seed=1).draw(1).windows)


def draw_of(n_examples, block=1):
    return Draw(np.zeros((n_examples, 1), np.int64), np.zeros(n_examples, np.int64), block=block)


def test_even_batches_differ_by_one_example_at_most():
    sizes = [part.stop - part.start for part in loop(short_batch="spread", batch_size=64).batches(draw_of(4268))]
    assert (len(sizes), sum(sizes)) == (67, 4268)  # the published decoding run: 67 updates a pass
    assert set(sizes) == {63, 64}
    assert loop(short_batch="spread", batch_size=64).batches(draw_of(20)) == [slice(0, 20)]


@pytest.mark.parametrize("short_batch", ["keep", "spread"])
def test_batches_are_cut_between_blocks(short_batch):
    slices = loop(short_batch=short_batch, batch_size=10).batches(draw_of(26, block=4))
    assert [part.start % 4 for part in slices] == [0] * len(slices)
    assert [i for part in slices for i in range(part.start, part.stop)] == list(range(26))
    assert max(part.stop - part.start for part in slices) <= 10


def test_where_nobody_validates_the_last_pass_is_kept(tmp_path):
    encoder, task = modules()
    alone = material()
    alone = dataclasses.replace(alone, valid=alone.valid.iloc[:0])
    fitted = loop(patience=1).fit(encoder, task, alone, folder=tmp_path, after_pass=lambda row: {})
    assert fitted.best_pass == 4
    assert fitted.history["valid_loss"].isna().all()


class Grouped(RelativePositioning):
    """Train its head at a tenth of the learning rate and without weight decay."""

    def parameter_groups(self, encoder):
        return [ParameterGroup(list(encoder.parameters())), ParameterGroup(list(self.parameters()), 0.1, 0.0)]


def test_the_schedule_multiplies_each_groups_factor_and_a_group_may_have_its_own_weight_decay(tmp_path):
    encoder, _ = modules()
    task = Grouped(embed_dim=4, dropout=0.0, batch_statistics="joint")
    session = loop()._begin(encoder, task, tmp_path)
    session.set_lr(4e-3)
    whole, head = session.optimizer.param_groups
    assert whole["lr"] == 4e-3
    assert head["lr"] == pytest.approx(4e-4)
    assert (whole["weight_decay"], head["weight_decay"]) == (1e-3, 0.0)
    fitted = loop().fit(encoder, task, material(), folder=tmp_path, after_pass=nothing)
    resumed = loop(max_passes=6).fit(encoder, task, material(), folder=tmp_path, after_pass=nothing)
    assert resumed.n_steps == 6 / 4 * fitted.n_steps


class EmaTeacher(Task):
    """Move the encoder towards a slow copy of itself, given the same windows with noise."""

    roles: ClassVar = {"anchor": 0}
    metrics = ("apart",)

    def __init__(self):
        super().__init__()
        self.register_buffer("n_moves", torch.zeros(()))

    def start(self, encoder):
        self.teacher = copy.deepcopy(encoder).requires_grad_(False)

    def loss(self, encoder, views, generator):
        assert not self.teacher.training  # neither its dropout nor its batch statistics move
        x = views.windows.only
        noisy = Windows({"eeg": x + torch.randn(x.shape, generator=generator)})
        apart = (encoder(views.windows) - self.teacher(noisy)).square().mean(1)
        return Outcome(apart.double().sum(), len(apart), {"apart": (apart.sum(), len(apart))})

    def after_step(self, encoder, generator):
        share = 0.1 * torch.rand((), generator=generator)
        self.n_moves += 1
        for slow, fast in zip(self.teacher.parameters(), encoder.parameters(), strict=True):
            slow.data.lerp_(fast.data, float(share))


def taught(folder, seed=0, **options):
    encoder, _ = modules(seed)
    task = EmaTeacher()
    task.start(encoder)
    return encoder, task, loop(**options).fit(encoder, task, material(), folder=folder, after_pass=nothing)


def test_a_task_with_a_teacher_and_chance_of_its_own_resumes_to_the_same_bits(tmp_path):
    _, task, straight = taught(tmp_path / "straight")
    assert task.n_moves == straight.best_pass * 4
    taught(tmp_path / "cut", max_passes=2, schedule=Constant())
    cut = taught(tmp_path / "again", seed=1, schedule=Constant())
    again = taught(tmp_path / "cut", seed=9, schedule=Constant())
    whole = taught(tmp_path / "whole", schedule=Constant())
    assert same(again[0], whole[0])
    assert same(again[1], whole[1])
    assert not same(cut[1], whole[1])
    pd.testing.assert_frame_equal(plain(again[2].history), plain(whole[2].history))
    assert {"train_apart", "valid_apart"} <= set(straight.history)


def test_a_teacher_is_not_trained(tmp_path):
    encoder, _ = modules()
    task = EmaTeacher()
    task.start(encoder)
    (group,) = task.parameter_groups(encoder)
    assert [id(p) for p in group.parameters] == [id(p) for p in encoder.parameters()]
