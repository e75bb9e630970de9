"""A whole draw asked at once is answered as in batches, and each distinct window is encoded once."""

import numpy as np
import torch
from small_training import material, modules

from eegbench.task.ask import ask


def test_answers_and_loss_are_those_of_the_examples_one_by_one():
    encoder, task = modules()
    trained_on = material(n_pairs=7)
    draw = trained_on.draw_valid()
    encoder.train()
    outcome, y = ask(encoder, task, trained_on.store, draw)
    assert encoder.training
    assert task.training
    encoder.eval()
    task.eval()
    alone = [task(encoder, trained_on.store.views(draw, slice(i, i + 1))) for i in range(7)]
    torch.testing.assert_close(outcome.loss, torch.stack([one.loss for one in alone]).mean().detach())
    assert outcome.predicted.tolist() == [int(one.predicted) for one in alone]
    assert y.tolist() == draw.targets.tolist()


def test_each_distinct_window_is_encoded_once():
    encoder, task = modules()
    trained_on = material(n_pairs=50)
    draw = trained_on.draw_valid()
    seen = []
    encoder.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    ask(encoder, task, trained_on.store, draw)
    assert sum(seen) == len(np.unique(draw.windows)) < draw.windows.size
