"""Tasks with a teacher: how it follows, and what they compare with it."""

import numpy as np
import pytest
import torch
from forms import form_of, windows_of
from small_training import Tiny
from torch import nn

from eegbench.store.windows import Views
from eegbench.task import byol
from eegbench.task.byol import Byol
from eegbench.task.contrawr import Contrawr
from eegbench.task.moco import Moco
from eegbench.task.teacher import EmaTeacher

SIZES = {"embed_dim": 4, "form": form_of(("A", "B"), 10.0, 10), "augmentations": {}, "hidden_dim": 8, "out_dim": 3}


def made(kind, **options):
    torch.manual_seed(0)
    encoder, task = Tiny(), kind(**SIZES, **options)
    task.start(encoder)
    return encoder, task


def batch(n=5):
    x = torch.randn(n, 2, 10, generator=torch.Generator().manual_seed(1))
    return Views(windows_of(x), torch.arange(n).unsqueeze(1).expand(n, 2), torch.zeros(n, 0))


def chance():
    return torch.Generator().manual_seed(0)


def numbers(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_teacher_moves_by_its_momentum_and_takes_the_statistics_of_the_student():
    student = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    teacher = EmaTeacher(student)
    before = student[0].weight.detach().clone()
    student[0].weight.data.add_(1.0)
    student(numbers(8, 2))
    teacher.follow(student, momentum=0.9)
    torch.testing.assert_close(teacher.copies[0][0].weight, before + 0.1)
    assert torch.equal(teacher.copies[0][1].running_mean, student[1].running_mean)
    assert not teacher.copies[0][1].training
    assert not any(p.requires_grad for p in teacher.parameters())


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (Byol, {"momentum": 0.5}),
        (Moco, {"momentum": 0.5, "temperature": 0.2, "n_queue": 8}),
        (Contrawr, {"momentum": 0.5, "temperature": 0.3, "width": 2.0, "margin": 0.2}),
    ],
)
def test_a_step_moves_the_teacher_halfway_and_no_gradient_reaches_it(kind, options):
    encoder, task = made(kind, **options)
    outcome = task.loss(encoder, batch(), chance())
    outcome.loss_sum.backward()
    before = [p.detach().clone() for p in task.teacher.parameters()]
    assert all(p.grad is None for p in task.teacher.parameters())
    for parameter in (*encoder.parameters(), *task.projector.parameters()):
        parameter.data.add_(1.0)
    task.after_step(encoder, chance())
    for old, new in zip(before, task.teacher.parameters(), strict=True):
        torch.testing.assert_close(new, old + 0.5)


def test_byol_is_the_squared_distance_of_unit_vectors_in_both_directions():
    predicted, target = numbers(6, 3, seed=1), numbers(6, 3, seed=2)
    p, t = ((z / z.norm(dim=1, keepdim=True)).double().numpy() for z in (predicted, target))
    expected = sum(((p[2 * i] - t[2 * i + 1]) ** 2).sum() + ((p[2 * i + 1] - t[2 * i]) ** 2).sum() for i in range(3))
    outcome = byol.compare(predicted, target)
    assert outcome.n == 3
    assert float(outcome.loss_sum) == pytest.approx(expected, rel=1e-5)


def moco(n_queue=8):
    return made(Moco, momentum=0.9, temperature=0.2, n_queue=n_queue)


def test_moco_is_infonce_against_the_queue():
    _, task = moco()
    query, key = (nn.functional.normalize(numbers(4, 3, seed=seed), dim=1) for seed in (1, 2))
    loss, first = 0.0, 0
    for one, other in zip(query.double().numpy(), key.double().numpy(), strict=True):
        scores = np.array([one @ other, *(task.queue.double().numpy() @ one)]) / 0.2
        loss += np.log(np.exp(scores).sum()) - scores[0]
        first += scores[0] > scores[1:].max()
    outcome = task.compare(query, key)
    assert float(outcome.loss_sum) == pytest.approx(loss, rel=1e-5)
    assert (int(outcome.sums["positive_first"][0]), outcome.n) == (first, 4)


def test_validation_of_moco_leaves_random_vectors_out_and_guessing_costs_the_same_however_full_the_queue():
    _, task = moco()
    task.eval()
    query, key = (nn.functional.normalize(numbers(4, 3, seed=seed), dim=1) for seed in (1, 2))
    empty = task.compare(query, key)
    assert float(empty.loss_sum) == pytest.approx(4 * np.log(9))  # of the positive and eight others, guessed
    assert int(empty.sums["positive_first"][1]) == 0
    views = nn.functional.normalize(numbers(3, 3, seed=3), dim=1)
    task.enqueue(views)
    loss = 0.0
    for one, other in zip(query.double().numpy(), key.double().numpy(), strict=True):
        scores = np.array([one @ other, *(views.double().numpy() @ one)]) / 0.2
        loss += np.log(np.exp(scores).sum()) - scores[0] + np.log(9 / 4)
    assert float(task.compare(query, key).loss_sum) == pytest.approx(loss, rel=1e-5)
    same = torch.ones(4, 3) / 3**0.5
    task.queue[:3] = same[:3]
    assert float(task.compare(same, same).loss_sum) == pytest.approx(4 * np.log(9))


def test_the_queue_replaces_the_oldest_views_in_order():
    _, task = moco(n_queue=5)
    old = task.queue.clone()
    one, other, many = numbers(3, 3, seed=1), numbers(4, 3, seed=2), numbers(7, 3, seed=3)
    task.enqueue(one)
    assert torch.equal(task.queue, torch.cat([one, old[3:]]))
    task.enqueue(other)
    assert torch.equal(task.queue, torch.cat([other[2:], one[2:], other[:2]]))
    task.enqueue(many)
    assert torch.equal(task.queue.roll(-int(task.oldest), 0), many[-5:])


def test_the_queue_takes_the_views_of_the_batch_after_a_step_and_none_in_validation():
    encoder, task = moco()
    old = task.queue.clone()
    task.loss(encoder, batch(), chance())
    assert torch.equal(task.queue, old)
    task.after_step(encoder, chance())
    assert not torch.equal(task.queue[:5], old[:5])
    assert torch.equal(task.queue[5:], old[5:])
    torch.testing.assert_close(task.queue.norm(dim=1), torch.ones(8))


def test_contrawr_is_the_triplet_loss_of_the_paper():
    _, task = made(Contrawr, momentum=0.9, temperature=0.3, width=2.0, margin=0.2)
    anchor, positive = numbers(5, 3, seed=1), numbers(5, 3, seed=2)
    a, p = ((z / z.norm(dim=1, keepdim=True)).double().numpy() for z in (anchor, positive))
    losses, closer = [], 0
    for one, right in zip(a, p, strict=True):
        weights = np.exp(p @ one / 0.3)
        world = weights @ p / weights.sum()
        near, far = (np.exp(-((one - other) ** 2).sum() / 8) for other in (right, world))
        losses.append(max(0, 0.2 + far - near))
        closer += near > far
    outcome = task.compare(anchor, positive)
    assert float(outcome.loss_sum) == pytest.approx(sum(losses), rel=1e-5)
    assert (int(outcome.sums["positive_closer"][0]), outcome.n) == (closer, 5)
