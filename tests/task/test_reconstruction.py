"""Tasks that reconstruct windows: only what is hidden counts, only what is present, and the encoder does not see it."""

import numpy as np
import pytest
import torch
from forms import form_of, group_of, windows_of
from torch import nn

from eegbench.model.base import Encoder
from eegbench.store.windows import Views, Windows
from eegbench.task.autoencoder import Autoencoder
from eegbench.task.masked_autoencoder import MaskedAutoencoder
from eegbench.task.masked_channel import MaskedChannel
from eegbench.types import Form

FORM = form_of(("A", "B", "C"), 10.0, 23)
SEVERAL = Form({"eeg": group_of(("A", "B", "C"), 10.0, 20), "eog": group_of(("E",), 5.0, 10)}, "window")


class Recorder(Encoder):
    """Remember the windows, and embed them as their first samples."""

    embed_dim = 3

    def tokens(self, windows):
        return self(windows).unsqueeze(1)

    def forward(self, windows):
        self.seen = windows
        return windows.x["eeg"][:, :, 0].clone()


def zeroed(task):
    """Let the decoder predict 0, so that the loss is the mean square of what counts."""
    for layer in task.modules():
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
    return task


def signals(n=4, n_times=23, seed=0):
    return torch.randn(n, 3, n_times, generator=torch.Generator().manual_seed(seed))


def views(x, present=None):
    windows = Windows({"eeg": x}, present)
    return Views(windows, torch.arange(len(x)).unsqueeze(1), torch.zeros(len(x), 0))


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def mae(target="samples", hidden=0.5, form=FORM, patch_s=0.5):
    return zeroed(
        MaskedAutoencoder(embed_dim=3, form=form, patch_s=patch_s, hidden=hidden, target=target, hidden_dim=5)
    )


def channel(target="samples", form=FORM):
    return zeroed(MaskedChannel(embed_dim=3, form=form, target=target, hidden_dim=5))


def test_an_autoencoder_is_the_mean_square_error_of_all_samples_of_present_channels():
    x, present = signals(), torch.tensor([[True, True, False]] * 4)
    task = zeroed(Autoencoder(embed_dim=3, form=FORM, hidden_dim=5))
    outcome = task.loss(Recorder(), views(x), chance())
    assert (outcome.loss_sum.item(), int(outcome.n)) == (pytest.approx(float(x.square().mean((1, 2)).sum())), 4)
    outcome = task.loss(Recorder(), views(x, {"eeg": present}), chance())
    assert outcome.loss_sum.item() == pytest.approx(float(x[:, :2].square().mean((1, 2)).sum()))


def test_windows_without_any_channel_do_not_count():
    present = torch.tensor([[True, True, True]] * 3 + [[False] * 3])
    task = Autoencoder(embed_dim=3, form=FORM, hidden_dim=5)
    assert int(task.loss(Recorder(), views(signals(), {"eeg": present}), chance()).n) == 3


def test_groups_of_signals_are_reconstructed_together():
    x = {"eeg": signals(4, 20), "eog": torch.randn(4, 1, 10, generator=chance(1))}
    task = zeroed(Autoencoder(embed_dim=3, form=SEVERAL, hidden_dim=5))
    batch = Views(Windows(x), torch.arange(4).unsqueeze(1), torch.zeros(4, 0))
    flat = torch.cat([one.flatten(1) for one in x.values()], dim=1)
    expected = float(flat.square().mean(1).sum())
    assert task.loss(Recorder(), batch, chance()).loss_sum.item() == pytest.approx(expected)
    hidden = torch.tensor([[True, False, False, False]] * 4)
    outcome = mae(form=SEVERAL).reconstruct(Recorder(), batch.windows, hidden)
    flat = torch.cat([x["eeg"][:, :, :5].flatten(1), x["eog"][:, :, :2].flatten(1)], dim=1)
    assert outcome.loss_sum.item() == pytest.approx(float(flat.square().mean(1).sum()))


def test_hidden_patches_alone_count_and_are_not_seen():
    x, encoder = signals(), Recorder()
    hidden = torch.tensor([[True, False, False, False], [False, True, True, False]] * 2)  # patches of 5 samples
    outcome = mae().reconstruct(encoder, windows_of(x), hidden)
    expected = [x[0, :, :5], x[1, :, 5:15], x[2, :, :5], x[3, :, 5:15]]
    assert outcome.loss_sum.item() == pytest.approx(float(sum(part.square().mean() for part in expected)), rel=1e-5)
    seen = encoder.seen.only
    assert (seen[0, :, :5] == 0).all()
    assert torch.equal(seen[0, :, 5:], x[0, :, 5:])
    assert (seen[1, :, 5:15] == 0).all()
    assert torch.equal(seen[1, :, 15:], x[1, :, 15:])  # the rest after the last patch is visible


def test_missing_channels_do_not_count_in_hidden_patches():
    x, present = signals(2), torch.tensor([[True, False, True]] * 2)
    hidden = torch.tensor([[False, False, False, True]] * 2)
    outcome = mae().reconstruct(Recorder(), Windows({"eeg": x}, {"eeg": present}), hidden)
    expected = x[:, [0, 2], 15:20].square().mean((1, 2)).sum()
    assert outcome.loss_sum.item() == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize(("hidden", "n"), [(0.5, 2), (0.75, 3), (1.0, 4), (0.0, 1)])
def test_the_number_of_hidden_patches_is_exact_and_their_places_are_drawn(hidden, n):
    encoder = Recorder()
    mae(hidden=hidden).loss(encoder, views(signals(50)), chance())
    is_hidden = (encoder.seen.only[:, 0, :20].unflatten(1, (4, 5)) == 0).all(2)
    assert (is_hidden.sum(1) == n).all()
    assert n == 4 or len(torch.unique(is_hidden, dim=0)) > 3


def test_the_spectrum_of_a_patch_is_its_amplitudes():
    x = signals(2)
    hidden = torch.tensor([[False, True, False, False]] * 2)
    outcome = mae("spectrum").reconstruct(Recorder(), windows_of(x), hidden)
    amplitude = np.abs(np.fft.rfft(x[:, :, 5:10].numpy(), norm="ortho"))
    assert outcome.loss_sum.item() == pytest.approx((amplitude**2).mean((1, 2)).sum(), rel=1e-5)


def test_the_hidden_channel_alone_counts_and_is_not_seen():
    x, encoder = signals(3), Recorder()
    hidden = torch.eye(3, dtype=torch.bool)
    outcome = channel().reconstruct(encoder, windows_of(x), {"eeg": hidden})
    assert outcome.loss_sum.item() == pytest.approx(float(sum(x[i, i].square().mean() for i in range(3))), rel=1e-5)
    assert torch.equal(encoder.seen.only, x.masked_fill(hidden.unsqueeze(2), 0.0))


def test_the_complex_spectrum_of_a_channel():
    x = signals(3)
    outcome = channel("spectrum").reconstruct(Recorder(), windows_of(x), {"eeg": torch.eye(3, dtype=torch.bool)})
    spectrum = np.fft.rfft(x[range(3), range(3)].numpy(), norm="ortho")
    assert outcome.loss_sum.item() == pytest.approx((np.abs(spectrum) ** 2).mean(1).sum() / 2, rel=1e-5)


def test_one_present_channel_is_hidden_and_each_in_turn():
    present = torch.tensor([[True, False, True]] * 60)
    x, encoder = signals(60) * present.unsqueeze(2), Recorder()
    outcome = channel().loss(encoder, views(x, {"eeg": present}), chance())
    is_hidden = (encoder.seen.x["eeg"] == 0).all(2) & present
    assert (is_hidden.sum(1) == 1).all()
    assert 15 < int(is_hidden[:, 0].sum()) < 45
    assert int(outcome.n) == 60


@pytest.mark.parametrize("target", ["samples", "spectrum"])
@pytest.mark.parametrize("make", [mae, channel])
def test_losses_of_parts_of_a_batch_add_up(make, target):
    torch.manual_seed(0)
    task, x = make(target), signals(6)
    for parameter in task.parameters():
        nn.init.normal_(parameter)
    hidden = torch.eye(4, dtype=torch.bool)[[0, 1, 2, 3, 0, 1]] if make is mae else None
    per_channel = torch.eye(3, dtype=torch.bool).repeat(2, 1)

    def of(part):
        given = hidden[part] if make is mae else {"eeg": per_channel[part]}
        return task.reconstruct(Recorder(), windows_of(x[part]), given).loss_sum

    torch.testing.assert_close(of(slice(0, 2)) + of(slice(2, 6)), of(slice(0, 6)), rtol=1e-6, atol=0.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: mae(patch_s=2.0), "task.patch_s=2: windows of 2.3 s must have at least two patches"),
        (lambda: mae(patch_s=0.1), "task.patch_s=0.1"),
        (lambda: channel(form=form_of(("A",), 10.0, 20)), "have a single one"),
    ],
)
def test_values_without_sense_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
