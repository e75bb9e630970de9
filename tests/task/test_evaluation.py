"""A whole draw evaluated at once gives the same outcome as in batches, and encodes each distinct window once."""

import numpy as np
import pytest
import torch
from small_training import material, modules

from eegbench.inference.embedding import Embeddings, embed
from eegbench.task import Outcome, Task
from eegbench.task.evaluation import ask
from eegbench.types import Draw

WHOLE = [slice(0, 50)]


def test_answers_and_loss_are_those_of_the_examples_one_by_one():
    encoder, task = modules()
    trained_on = material(n_pairs=7)
    draw = trained_on.draw_valid()
    encoder.train()
    (outcome,) = ask(encoder, task, trained_on.store, draw, [slice(0, 7)], seed=0)
    assert encoder.training
    assert task.training
    encoder.eval()
    task.eval()
    alone = [task.loss(encoder, trained_on.store.views(draw, slice(i, i + 1)), torch.Generator()) for i in range(7)]
    torch.testing.assert_close(outcome.loss_sum, torch.stack([one.loss_sum for one in alone]).sum().detach())
    assert outcome.answers.predicted.tolist() == [int(one.answers.predicted) for one in alone]
    assert outcome.answers.right.tolist() == draw.targets.tolist()


def test_each_distinct_window_is_encoded_once():
    encoder, task = modules()
    trained_on = material(n_pairs=50)
    draw = trained_on.draw_valid()
    seen = []
    encoder.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    ask(encoder, task, trained_on.store, draw, WHOLE, seed=0)
    assert sum(seen) == len(np.unique(draw.windows)) < draw.windows.size


def test_a_task_of_embeddings_takes_those_that_are_known():
    encoder, task = modules()
    trained_on = material(n_pairs=50)
    draw = trained_on.draw_valid()
    known = embed(encoder, trained_on.store, np.unique(draw.windows)[::-1].copy())
    (outcome,) = ask(encoder, task, trained_on.store, draw, WHOLE, seed=0)
    encoder.register_forward_pre_hook(lambda *_: pytest.fail("a window was encoded again"))
    (again,) = ask(encoder, task, trained_on.store, draw, WHOLE, seed=0, known=known)
    assert torch.equal(again.answers.predicted, outcome.answers.predicted)
    torch.testing.assert_close(again.loss_sum, outcome.loss_sum)


def test_a_task_that_reads_something_else_of_windows_encodes_them():
    encoder, task = modules()
    trained_on = material(n_pairs=50)
    draw = trained_on.draw_valid()
    nothing = Embeddings(np.zeros((0, encoder.embed_dim), np.float32), np.zeros(0, np.int64))

    class Other(type(task)):
        def read(self, encoder, windows):
            return encoder(windows)

    task.__class__ = Other
    (with_known,) = ask(encoder, task, trained_on.store, draw, WHOLE, seed=0, known=nothing)
    (outcome,) = ask(encoder, task, trained_on.store, draw, WHOLE, seed=0)
    assert torch.equal(with_known.loss_sum, outcome.loss_sum)


def test_examples_are_judged_in_parts_of_the_draw_as_asked():
    encoder, task = modules()
    trained_on = material(n_pairs=50)
    draw = trained_on.draw_valid()
    (whole,) = ask(encoder, task, trained_on.store, draw, WHOLE, seed=0)
    parts = ask(encoder, task, trained_on.store, draw, [slice(0, 20), slice(20, 20), slice(20, 50)], seed=0)
    assert [one.n for one in parts] == [20, 0, 30]
    assert torch.equal(torch.cat([one.answers.predicted for one in parts]), whole.answers.predicted)


class Noisy(Task):
    """Task with the mean of noise as its loss, which depends on the random numbers and on the number of examples."""

    def loss(self, encoder, views, generator):
        n = len(views.index)
        return Outcome(torch.rand(n, generator=generator).double().sum() + n**2, n)


def test_a_task_that_compares_examples_is_asked_in_batches_with_the_same_chance_every_time():
    encoder, _ = modules()
    trained_on = material(n_pairs=50)
    draw = trained_on.draw_valid()
    parts = Noisy().parts(draw, [slice(0, 30), slice(30, 50)])
    first, again = (ask(encoder, Noisy(), trained_on.store, draw, parts, seed=3) for _ in range(2))
    assert [one.n for one in first] == [30, 20]
    assert [float(one.loss_sum) for one in first] == [float(one.loss_sum) for one in again]
    other = ask(encoder, Noisy(), trained_on.store, draw, parts, seed=4)
    assert float(other[0].loss_sum) != float(first[0].loss_sum)


def test_questions_about_embeddings_are_asked_at_once_unless_there_are_many_views(monkeypatch):
    _, task = modules()
    draw = material(n_pairs=50).draw_valid()
    batches = [slice(0, 30), slice(30, 50)]
    assert task.parts(draw, batches) == [slice(0, 50)]
    monkeypatch.setattr("eegbench.task.base.MAX_VIEWS", 40)
    assert task.parts(draw, batches) == [slice(0, 17), slice(17, 33), slice(33, 50)]
    assert task.parts(Draw(draw.windows[:0], draw.targets[:0]), []) == []
