"""Fine-tuning trains a copy of the whole encoder on labels of train, and keeps the pass that was best on valid."""

import numpy as np
import pandas as pd
import pytest
import torch
from labelled import LabelledStore, encoded
from small_training import Tiny, loop

from eegbench.environment import seed_libraries
from eegbench.inference.embedding import embed
from eegbench.inference.trial import embed_trials
from eegbench.probe import Labelled
from eegbench.probe.finetune import Finetune
from eegbench.probe.linear import Linear
from eegbench.trainer.base import NonFiniteLossError
from eegbench.trainer.ddp import Ddp
from eegbench.trainer.loop import Loop


class Watched(Loop):
    """Keeps what it is given to train on."""

    def fit(self, encoder, task, material, *, folder, after_pass):
        self.material, self.folder = material, folder
        return super().fit(encoder, task, material, folder=folder, after_pass=after_pass)


def finetune(kind=Loop, class_balanced=False, **changes):
    return Finetune(trainer=loop(kind, **changes), class_balanced=class_balanced, dropout=0.0, first=None)


def fit(probe, train, valid, seed=0):
    return probe.fit(train, valid, np.random.default_rng(seed))


def test_every_layer_of_the_copy_is_trained_also_those_that_were_frozen():
    train, valid = encoded()
    for parameter in train.encoder.parameters():
        parameter.requires_grad_(False)
    copy = fit(finetune(), train, valid).encoder
    moved = {name for name, p in copy.named_parameters() if not torch.equal(p, train.encoder.get_parameter(name))}
    assert moved == {name for name, _ in copy.named_parameters()}


def test_without_a_pass_the_copy_is_the_encoder():
    train, valid = encoded()
    classifier = fit(finetune(max_passes=0), train, valid)
    features = embed(classifier.encoder, train.store, valid.rows).features
    np.testing.assert_array_equal(features, valid.features)
    assert classifier.facts == {"final_pass": 0, "n_passes": 0, "n_steps": 0}


@pytest.mark.slow
def test_it_learns_what_the_frozen_encoder_has_lost():
    train, valid = encoded(n=300)
    with torch.no_grad():
        train.encoder.last.weight.zero_()  # every embedding is the same
    classifier = fit(finetune(max_passes=40), train, valid)
    assert (classifier.probabilities(valid.rows).argmax(1) == valid.y).mean() > 0.8


def test_the_pass_that_was_best_on_valid_is_kept_and_the_number_of_passes_told():
    train, valid = encoded()
    facts = fit(finetune(lr=0.5, max_passes=9, patience=2), train, valid).facts
    assert facts["n_passes"] in (facts["final_pass"] + 2, 9)
    assert facts["n_steps"] == facts["n_passes"] * 3  # 40 windows in batches of 16


def test_another_seed_gives_other_numbers():
    train, valid = encoded()
    first, other = (fit(finetune(), train, valid, seed).probabilities(valid.rows) for seed in (0, 1))
    assert abs(first - other).max() > 1e-3


def cropped(n_trials=12, n_crops=3):
    """Train and valid of trials cut into crops, each named by its first crop."""
    y = np.repeat(np.arange(n_trials) % 2, n_crops)
    store = LabelledStore(y, 2)
    table = store.table.assign(recording="one", trial=np.repeat(np.arange(n_trials), n_crops))
    store.__dict__.update(table=table.assign(rejected=np.arange(len(y)) == 4))  # the second crop of the second trial
    store.windows[:, 0] += 2 * torch.from_numpy(y)[:, None]
    seed_libraries(0)
    encoder, rows = Tiny(), np.arange(0, len(y), n_crops)
    embeddings = embed_trials(encoder, store, rows)
    return tuple(Labelled(part, y[part], embeddings, encoder, store) for part in np.split(rows, [8]))


def test_crops_are_trained_on_and_trials_predicted():
    train, valid = cropped()
    probe = finetune(Watched)
    classifier = fit(probe, train, valid)
    material = probe.trainer.material
    assert material.train.index.tolist() == list(range(24))
    assert material.valid.index.tolist() == list(range(24, 36))
    assert sorted(material.draw(1).windows[:, 0]) == [row for row in range(24) if row != 4]
    each = embed(classifier.encoder, train.store, np.arange(24, 36)).features
    expected = classifier.head.probabilities(each.reshape(4, 3, -1).mean(axis=1))
    np.testing.assert_allclose(classifier.probabilities(valid.rows), expected, atol=1e-5)


def test_classes_may_be_drawn_equally_often():
    train, valid = encoded(n=600)
    rare = np.flatnonzero((train.y != 2) | (np.arange(len(train.y)) % 10 == 0))
    train = Labelled(train.rows[rare], train.y[rare], train.embeddings, train.encoder, train.store)
    probe = finetune(Watched, class_balanced=True, max_passes=1)
    fit(probe, train, valid)
    counts = pd.Series(probe.trainer.material.draw(1).targets).value_counts()
    assert counts.min() > 0.7 * counts.max()


def test_nothing_is_left_on_the_disk():
    probe = finetune(Watched)
    fit(probe, *encoded())
    assert not probe.trainer.folder.exists()


def test_a_loss_that_is_not_finite_says_which_options_to_change():
    with pytest.raises(NonFiniteLossError, match=r"below probe\.of\.finetune, .*lower trainer\.lr"):
        fit(finetune(lr=1e30, max_passes=8), *encoded())


def test_one_process_trains_the_copy():
    with pytest.raises(ValueError, match=r"probe\.of\.finetune\.trainer: the copy is always trained in one process"):
        finetune(Ddp)


@pytest.mark.parametrize("dropout", [-0.1, 1.0])
def test_dropout_is_a_share(dropout):
    with pytest.raises(ValueError, match=r"probe\.of\.finetune\.dropout"):
        Finetune(trainer=loop(), class_balanced=True, dropout=dropout, first=None)


def test_the_layer_can_start_from_the_linear_probe():
    train, valid = encoded()
    linear = Linear(C=0.1, max_iter=1000)
    expected = linear.fit(train, valid, np.random.default_rng(0)).head
    probe = Finetune(trainer=loop(lr=1e-12, max_passes=1), class_balanced=False, dropout=0.0, first=linear)
    found = fit(probe, train, valid).head
    np.testing.assert_allclose(found.weight, expected.weight, atol=1e-5)
    np.testing.assert_allclose(found.bias, expected.bias, atol=1e-5)
