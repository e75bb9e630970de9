"""TS-TCC: tokens are predicted from earlier ones of the other view, and views have augmentations of their own."""

import numpy as np
import pytest
import torch
from forms import form_of, windows_of
from plain_encoder import PlainEncoder
from shipped_task import Small

from eegbench.augmentation import Augmentation
from eegbench.config import Spec
from eegbench.store.windows import Views
from eegbench.task.ts_tcc import TsTcc

SCALE = {"_target_": "eegbench.augmentation.amplitude_scale.AmplitudeScale", "low": 3.0, "high": 3.0}
OPTIONS = {"future": 0.4, "temporal": 1.0, "contextual": 0.7, "temperature": 0.2}
SIZES = {"hidden_dim": 8, "n_layers": 1, "n_heads": 2, "dropout": 0.0}


def made(encoder=None, n_times=50, **options):
    torch.manual_seed(0)
    encoder = encoder or Small(is_plain=True)
    form = form_of(("A", "B"), 25.0, n_times)
    task = TsTcc(embed_dim=6, form=form, **({"weak": {}, "strong": {}} | OPTIONS | SIZES | options))
    task.start(encoder)
    return encoder, task


def batch(n=4):
    x = torch.randn(n, 2, 50, generator=torch.Generator().manual_seed(1))
    return Views(windows_of(x), torch.arange(n).unsqueeze(1).expand(n, 2), torch.zeros(n, 0))


def test_two_of_five_tokens_are_predicted():
    _, task = made()
    assert task.n_steps == 2
    assert task.predict.weight.shape == (2 * 6, 8)


def test_the_temporal_loss_is_infonce_of_each_step_against_the_other_view():
    _, task = made()
    generator = torch.Generator().manual_seed(2)
    summary, future = torch.randn(6, 8, generator=generator), torch.randn(6, 2, 6, generator=generator)
    predicted = task.predict(summary).detach().double().numpy().reshape(6, 2, 6)
    tokens, expected, found = future.double().numpy(), 0.0, 0
    for rows, others in ((range(3), range(3, 6)), (range(3, 6), range(3))):
        losses = []
        for own, right in zip(rows, others, strict=True):
            for step in range(2):
                scores = np.array([predicted[own, step] @ tokens[other, step] for other in others])
                losses.append(np.log(np.exp(scores).sum()) - scores[right - others[0]])
                found += scores.argmax() == right - others[0]
        expected += np.mean(losses)
    loss, n_found = task.temporal_loss(summary, future)
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-5)
    assert int(n_found) == found


def test_the_summary_sees_no_token_that_is_predicted():
    encoder, task = made()
    tokens = torch.randn(3, 5, 6, generator=torch.Generator().manual_seed(3))
    seen = []
    task.context.register_forward_pre_hook(lambda _, given: seen.append(given[0].shape[1]))
    encoder.features = lambda x: tokens[: len(x)]
    for seed in range(8):
        task.loss(encoder, batch(3), torch.Generator().manual_seed(seed))
    assert set(seen) == {1, 2, 3}  # of five, of which two are predicted


def test_each_view_has_its_own_augmentations():
    encoder, task = made(strong={"scale": Spec(SCALE, Augmentation, "task.strong.scale")})
    seen = []
    encoder.first.register_forward_pre_hook(lambda _, given: seen.append(given[0].detach().clone()))
    task.loss(encoder, batch(), torch.Generator().manual_seed(0))
    torch.testing.assert_close(seen[1], 3 * seen[0])


def test_an_encoder_without_a_sequence_of_tokens_is_refused():
    with pytest.raises(ValueError, match=r"PlainEncoder gives 1; choose model=chambon2018"):
        made(PlainEncoder(n_channels=2, n_times=50, sfreq=25.0, embed_dim=6))


def test_heads_that_do_not_divide_the_units_are_refused():
    with pytest.raises(ValueError, match=r"task.hidden_dim=8: expected a multiple of task.n_heads=3"):
        made(n_heads=3)
