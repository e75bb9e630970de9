"""A rare class counts as much as a frequent one, in the loss of train and of valid."""

import pytest
import torch
from forms import form_of

from eegbench.task.class_weights import class_weights
from eegbench.task.supervised import Supervised
from eegbench.trainer.tally import Tally, mean_loss


def supervised(kind, counts=(3, 1)):
    torch.manual_seed(0)
    form = form_of(("A",), 1.0, 3)
    return Supervised(
        embed_dim=3,
        class_names=("a", "b"),
        class_counts=counts,
        form=form,
        dropout=0.0,
        class_weights=kind,
        augmentations={},
    )


def outcome(task, y):
    z = torch.randn(4, 3, generator=torch.Generator().manual_seed(1))[: len(y)]
    return task.judge(z, torch.arange(len(y)).unsqueeze(1), torch.tensor(y, dtype=torch.int64)), z


def test_a_weight_is_the_mean_count_over_the_own_one():
    found = class_weights("balanced", ("a", "b"), (3, 1))
    torch.testing.assert_close(found, torch.tensor([2 / 3, 2.0]))  # the published code: 1 / (count / mean count)
    assert class_weights("none", ("a", "b"), (3, 1)) is None


def test_a_class_that_train_lacks_is_refused_with_what_to_do():
    with pytest.raises(
        ValueError, match=r"no window of train has the class b; remove it from .* task\.class_weights=none"
    ):
        class_weights("balanced", ("a", "b"), (3, 0))


def test_the_loss_of_a_batch_is_the_weighted_mean():
    task = supervised("balanced")
    y = [0, 1, 0, 0]
    found, z = outcome(task, y)
    expected = torch.nn.functional.cross_entropy(task.head(z), torch.tensor(y), weight=torch.tensor([2 / 3, 2.0]))
    torch.testing.assert_close(mean_loss(found), expected.double())
    assert float(found.n) == pytest.approx(4.0)
    assert found.sums["accuracy"][1] == 4  # the number of windows, not their weight


def test_shares_of_a_batch_add_up_to_the_loss_of_the_whole(monkeypatch):
    task = supervised("balanced")
    whole, z = outcome(task, [0, 1, 0, 0])
    index, y = torch.arange(4).unsqueeze(1), torch.tensor([0, 1, 0, 0])
    shares = [task.judge(z, index[i:j], y[i:j]) for i, j in ((0, 1), (1, 4), (4, 4))]
    n = sum(one.n for one in shares)
    monkeypatch.setattr("eegbench.trainer.tally.total", lambda own: own * 0 + n)
    torch.testing.assert_close(sum(mean_loss(one) for one in shares), whole.loss_sum / whole.n)


def test_a_batch_of_one_window_of_a_frequent_class_is_divided_by_its_weight():
    weighted, plain = (outcome(supervised(kind), [0])[0] for kind in ("balanced", "none"))
    torch.testing.assert_close(mean_loss(weighted), mean_loss(plain), rtol=1e-6, atol=0)


def test_equal_counts_give_the_loss_without_weights():
    weighted, plain = (outcome(supervised(kind, (5, 5)), [0, 1, 1, 0])[0] for kind in ("balanced", "none"))
    torch.testing.assert_close(mean_loss(weighted), mean_loss(plain), rtol=1e-6, atol=0)


def test_a_pass_of_validation_is_weighted_over_all_its_windows():
    task, tally = supervised("balanced"), Tally(["accuracy"], torch.device("cpu"))
    whole, z = outcome(task, [0, 1, 0, 0])
    for i in range(4):
        tally.add(task.judge(z, torch.tensor([[i]]), torch.tensor([[0, 1, 0, 0][i]])))
    assert tally.means("valid", 1)["valid_loss"] == pytest.approx(float((whole.loss_sum / whole.n).detach()))


def test_weights_are_no_part_of_a_checkpoint():
    assert supervised("balanced").state_dict().keys() == supervised("none").state_dict().keys()
