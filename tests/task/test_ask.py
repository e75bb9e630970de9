"""A whole draw asked at once is answered as in batches, and each distinct window is encoded once."""

import numpy as np
import pytest
import torch
from small_training import material, modules

from eegbench.inference.embedding import Embeddings, embed
from eegbench.task.ask import ask


def test_answers_and_loss_are_those_of_the_examples_one_by_one():
    encoder, task = modules()
    trained_on = material(n_pairs=7)
    draw = trained_on.draw_valid()
    encoder.train()
    outcome = ask(encoder, task, trained_on.store, draw)
    assert encoder.training
    assert task.training
    encoder.eval()
    task.eval()
    alone = [task(encoder, trained_on.store.views(draw, slice(i, i + 1))) for i in range(7)]
    torch.testing.assert_close(outcome.loss_sum, torch.stack([one.loss_sum for one in alone]).sum().detach())
    assert outcome.answers.predicted.tolist() == [int(one.answers.predicted) for one in alone]
    assert outcome.answers.right.tolist() == draw.targets.tolist()


def test_each_distinct_window_is_encoded_once():
    encoder, task = modules()
    trained_on = material(n_pairs=50)
    draw = trained_on.draw_valid()
    seen = []
    encoder.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    ask(encoder, task, trained_on.store, draw)
    assert sum(seen) == len(np.unique(draw.windows)) < draw.windows.size


def test_a_task_of_embeddings_takes_those_that_are_known():
    encoder, task = modules()
    trained_on = material(n_pairs=50)
    draw = trained_on.draw_valid()
    known = embed(encoder, trained_on.store, np.unique(draw.windows)[::-1].copy())
    outcome = ask(encoder, task, trained_on.store, draw)
    encoder.register_forward_pre_hook(lambda *_: pytest.fail("a window was encoded again"))
    again = ask(encoder, task, trained_on.store, draw, known=known)
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
    with_known = ask(encoder, task, trained_on.store, draw, known=nothing)
    outcome = ask(encoder, task, trained_on.store, draw)
    assert torch.equal(with_known.loss_sum, outcome.loss_sum)
