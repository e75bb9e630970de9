"""Banville's encoder has no padding, and therefore the number of parameters implied by its table."""

import pytest
import torch

from eegbench.model.stager_net import StagerNet

BANVILLE = {"n_filters": 16, "embed_dim": 100, "dropout": 0.5, "field_s": None, "dense": False}


def test_the_number_of_parameters_is_that_of_the_unpadded_geometry() -> None:
    model = StagerNet(n_channels=2, n_times=3000, sfreq=100.0, **BANVILLE)
    assert sum(parameter.numel() for parameter in model.parameters()) == 55_402


def test_three_thousand_samples_become_2951_227_178_and_13() -> None:
    model = StagerNet(n_channels=2, n_times=3000, sfreq=100.0, **BANVILLE).eval()
    lengths, x = [], model.convolutions.spatial(torch.zeros(1, 1, 2, 3000)).transpose(1, 2)
    for layer in model.convolutions.temporal:
        lengths += [layer.convolution(x).shape[-1], (x := layer(x)).shape[-1]]
    assert lengths == [2951, 227, 178, 13]


def test_dropout_acts_in_training_only() -> None:
    model = StagerNet(n_channels=2, n_times=3000, sfreq=100.0, **BANVILLE)
    x = torch.randn(4, 2, 3000, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(model.train().embed(x), model.train().embed(x))
    assert torch.equal(model.eval().embed(x), model.eval().embed(x))


def test_windows_too_short_are_refused_with_the_length_needed() -> None:
    with pytest.raises(ValueError, match=r"need 855 \(8\.55 s\): set a longer preprocessing\.window_s"):
        StagerNet(n_channels=2, n_times=854, sfreq=100.0, **BANVILLE)
    assert StagerNet(n_channels=2, n_times=855, sfreq=100.0, **BANVILLE).convolutions.n_tokens == 1


def dense(n_times: int, field_s: float | None) -> StagerNet:
    options = BANVILLE | {"dense": True, "field_s": field_s}
    return StagerNet(n_channels=2, n_times=n_times, sfreq=20.0, **options).eval()


def strided(n_times: int) -> StagerNet:
    return StagerNet(n_channels=2, n_times=n_times, sfreq=20.0, **BANVILLE).eval()


def test_every_dense_field_is_that_of_the_window_that_begins_there() -> None:
    model, window = dense(260, field_s=7.0), strided(140)  # kernel 10, pool 3: 12 steps of 9 samples
    model.load_state_dict(window.state_dict())
    x = torch.randn(2, 2, 260, generator=torch.Generator().manual_seed(0))
    tokens = model.features(x)
    field = model.receptive_field
    assert tokens.shape == (2, 260 - field + 1, 32 * window.convolutions.n_tokens)
    crops = torch.cat([x[:, :, at : at + 140] for at in range(0, 120, 17)])
    expected = window.features(crops).transpose(1, 2).flatten(1)
    torch.testing.assert_close(torch.cat([tokens[:, at] for at in range(0, 120, 17)]), expected, rtol=1e-5, atol=1e-5)


def test_a_dense_embedding_is_the_mean_over_its_fields() -> None:
    model, window = dense(160, field_s=7.0), strided(140)
    model.load_state_dict(window.state_dict())
    x = torch.randn(1, 2, 160, generator=torch.Generator().manual_seed(0))
    field = model.receptive_field
    short = strided(field)
    short.load_state_dict(window.state_dict())
    expected = short.embed(x.unfold(2, field, 1)[0].transpose(0, 1)).mean(0, keepdim=True)
    torch.testing.assert_close(model.embed(x), expected, rtol=1e-5, atol=1e-5)


def test_dense_steps_of_a_short_field_hold_the_strided_ones() -> None:
    model, window = dense(260, field_s=2.5), strided(260)
    model.convolutions.load_state_dict(window.convolutions.state_dict())
    x = torch.randn(1, 2, 260, generator=torch.Generator().manual_seed(0))
    assert (model.receptive_field, model.token_stride, window.token_stride) == (window.receptive_field, 1, 9)
    torch.testing.assert_close(model.features(x)[:, ::9], window.features(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("options", [{"field_s": 5.0}, {"field_s": 40.0, "dense": True}])
def test_a_field_that_does_not_fit_is_refused(options: dict) -> None:
    with pytest.raises(ValueError, match=r"model\.field_s=.*: windows have 30 s"):
        StagerNet(n_channels=2, n_times=3000, sfreq=100.0, **(BANVILLE | options))


def test_first_filters_are_those_over_time_through_each_virtual_channel() -> None:
    model = StagerNet(n_channels=3, n_times=3000, sfreq=100.0, **BANVILLE)
    x = torch.zeros(1, 3, 200)
    x[0, 1, 100] = 1
    first = model.convolutions.temporal[0].convolution
    torch.nn.init.zeros_(first.bias)
    torch.nn.init.zeros_(model.convolutions.spatial.bias)
    answer = first(model.convolutions.spatial(x.unsqueeze(1)).transpose(1, 2))[0].flatten(0, 1)
    torch.testing.assert_close(answer[:, 51:101], model.first_filters()[:, 1])
