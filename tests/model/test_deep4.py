"""Deep4 has the published sizes, strides in the requested layers, and outputs at every shift."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from eegbench.model.deep4 import Deep4

PUBLISHED = {
    "n_filters": (25, 50, 100, 200),
    "kernels": (10, 10, 10, 10),
    "pool": "max",
    "pool_length": 3,
    "pool_stride": 3,
    "stride_before_pool": False,
    "dropout": 0.5,
    "final_length": None,
    "dense": False,
}
CROPS = PUBLISHED | {"kernels": (10, 10, 5, 5), "pool_stride": 2, "stride_before_pool": True, "final_length": 1}
SMALL = PUBLISHED | {"n_filters": (2, 3, 4, 5), "kernels": (4, 3, 3, 2), "pool_length": 2, "pool_stride": 2}


def deep4(n_channels: int, n_times: int, **options) -> Deep4:
    torch.manual_seed(0)
    model = Deep4(n_channels=n_channels, n_times=n_times, sfreq=250.0, **(PUBLISHED | options))
    for norm in (layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)):
        for tensor in (norm.weight, norm.bias, norm.running_mean):
            nn.init.normal_(tensor)
    return model.eval()


def n_parameters(model: nn.Module, n_classes: int) -> int:
    head = n_classes * (model.embed_dim + 1)
    return sum(parameter.numel() for parameter in model.parameters()) + head


def layer_by_layer(model: Deep4, x: Tensor, *, pool_stride: int, stride_before_pool: bool) -> list[Tensor]:
    """Run the published graph, with separate filters over time and channels, and return the output of each layer."""
    in_convolution, in_pool = (pool_stride, 1) if stride_before_pool else (1, pool_stride)
    first = model.layers[0][0]
    by_time = nn.functional.conv2d(x.unsqueeze(1), first.time.unsqueeze(2), first.time_bias)
    by_space = nn.functional.conv2d(by_time, first.space.unsqueeze(3), stride=(1, in_convolution))
    found = [by_space]
    for number, each in enumerate(model.layers):
        if number > 0:
            found.append(nn.functional.conv2d(found[-1], each[1].weight, stride=(1, in_convolution)))
        answered = nn.functional.elu(each[-3](found[-1]))
        found.append(nn.functional.max_pool2d(answered, (1, 3), stride=(1, in_pool)))
    return found


def windows(x: Tensor, length: int) -> Tensor:
    return x.unfold(2, length, 1)[0].transpose(0, 1)


def test_lengths_and_parameters_are_the_published_ones() -> None:
    model = deep4(22, 1000)
    x = torch.zeros(1, 22, 1000)
    found = layer_by_layer(model, x, pool_stride=3, stride_before_pool=False)
    assert [layer.shape[3] for layer in found] == [991, 330, 321, 107, 98, 32, 23, 7]
    assert model.features(x).shape == (1, 1, 7 * 200)
    assert n_parameters(model, 4) == 282_879


@pytest.mark.parametrize(("before", "strided", "dense", "field"), [(True, 20, 315, 136), (False, 22, 345, 106)])
def test_crops_of_450_samples_have_the_published_number_of_answers(before, strided, dense, field) -> None:
    x = torch.zeros(1, 64, 450)
    options = CROPS | {"stride_before_pool": before}
    models = [deep4(64, 450, **options | {"dense": chosen}) for chosen in (False, True)]
    assert [model.features(x).shape[1] for model in models] == [model.n_tokens for model in models] == [strided, dense]
    assert [model.receptive_field for model in models] == [field, field]
    assert [model.token_stride for model in models] == [16, 1]
    assert n_parameters(models[0], 2) == 178_927


def test_the_published_network_with_two_final_steps_has_6_answers_or_479() -> None:
    found = [deep4(22, 1000, final_length=2, dense=chosen).n_tokens for chosen in (False, True)]
    assert found == [6, 479]


@pytest.mark.parametrize("before", [True, False])
def test_tokens_are_those_of_the_published_graph_layer_by_layer(before: bool) -> None:
    model = deep4(5, 450, **CROPS | {"stride_before_pool": before})
    x = torch.randn(2, 5, 450)
    expected = layer_by_layer(model, x, pool_stride=2, stride_before_pool=before)[-1].squeeze(2).transpose(1, 2)
    torch.testing.assert_close(model.features(x), expected, rtol=1e-5, atol=1e-5)


def test_every_dense_answer_is_that_of_the_crop_that_begins_there() -> None:
    x = torch.randn(1, 6, 450)
    dense, strided = (deep4(6, 450, **CROPS | {"dense": chosen}) for chosen in (True, False))
    crop = deep4(6, 136, **CROPS)
    dense.load_state_dict(crop.state_dict())
    strided.load_state_dict(crop.state_dict())
    tokens = dense.features(x)
    torch.testing.assert_close(tokens[0], crop.embed(windows(x, 136)), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(tokens[:, ::16], strided.features(x), rtol=1e-5, atol=1e-5)


@settings(max_examples=15, deadline=None)
@given(
    kernels=st.tuples(*[st.integers(1, 4)] * 4),
    pool=st.sampled_from(["max", "mean"]),
    pools=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    before=st.booleans(),
    final_length=st.integers(1, 3),
    more=st.integers(0, 20),
)
def test_dense_answers_are_those_of_sliding_windows_for_all_sizes(
    kernels, pool, pools, before, final_length, more
) -> None:
    options = SMALL | {"kernels": kernels, "pool": pool, "pool_length": pools[0], "pool_stride": pools[1]}
    options |= {"stride_before_pool": before, "final_length": final_length}
    field = deep4(2, 2000, **options).receptive_field
    window = deep4(2, field, **options)
    dense = deep4(2, field + more, **options | {"dense": True})
    dense.load_state_dict(window.state_dict())
    x = torch.randn(1, 2, field + more)
    tokens = dense.features(x)
    assert tokens.shape[1] == dense.n_tokens == more + 1
    torch.testing.assert_close(tokens[0], window.embed(windows(x, field)), rtol=1e-5, atol=1e-5)


def test_a_head_on_the_embedding_gives_the_mean_of_the_published_classifiers_answers() -> None:
    model = deep4(3, 700, final_length=2)
    weight = torch.randn(4, 200, 1, 2)
    x = torch.randn(2, 3, 700)
    steps = layer_by_layer(model, x, pool_stride=3, stride_before_pool=False)[-1]
    expected = nn.functional.conv2d(steps, weight)
    assert expected.shape[3] == model.n_tokens > 1
    found = nn.functional.linear(model.embed(x), weight.flatten(1))
    torch.testing.assert_close(found, expected.mean(3).squeeze(2), rtol=1e-4, atol=1e-4)


def test_first_filters_are_answers_to_an_impulse() -> None:
    model = deep4(3, 600)
    x = torch.zeros(1, 3, 1, 40)
    x[0, 1, 0, 20] = 1
    first = model.layers[0][0]
    nn.init.zeros_(first.time_bias)
    # output t sees samples t to t + 9, so that the answer to sample 20 begins at output 11
    torch.testing.assert_close(first(x)[0, :, 0, 11:21], model.first_filters()[:, 1])


def test_weights_begin_as_published() -> None:
    model = Deep4(n_channels=22, n_times=1000, sfreq=250.0, **PUBLISHED)
    first, later = model.layers[0][0], model.layers[1][1].weight
    for weight, fans in ((first.time, 10 + 250), (first.space, 2 * 25 * 22), (later, 250 + 500)):
        bound = (6 / fans) ** 0.5
        assert 0.95 * bound < weight.abs().max() <= bound
    assert not first.time_bias.any()


def test_windows_too_short_are_refused_with_the_length_needed() -> None:
    with pytest.raises(ValueError, match=r"440 samples \(1\.76 s at 250 Hz\).* needs 441 \(1\.76 s\).*: set a longer"):
        deep4(2, 440)
    assert deep4(2, 441).n_tokens == 1
    with pytest.raises(ValueError, match=r"needs 522 .* for model\.final_length=2"):
        deep4(2, 521, final_length=2)
