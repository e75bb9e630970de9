"""The transformer over channels: published sizes, exact attention, dropped, shuffled, cropped and missing tokens."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from forms import form_of, group_of, windows_of
from options import CONF, node_of
from torch import nn

from eegbench.model.attention import SelfAttention, record_attention
from eegbench.model.eeg_transformer import EegTransformer
from eegbench.store.windows import Windows
from eegbench.types import Form

CHANNELS = ("Fz", "Cz", "Pz", "Oz")
PLACES = np.array([[0, 0.07, 0.05], [0, 0, 0.09], [0, -0.06, 0.06], [0, -0.09, 0.0]])
SMALL = {"dim": 8, "n_layers": 2, "n_heads": 2, "hidden_dim": None, "batch_norm": False, "token_dropout": 0.0}


def transformer(form=None, **changes) -> EegTransformer:
    options = {
        name: value for name, value in node_of(CONF / "model/eeg_transformer.yaml").items() if name != "_target_"
    }
    torch.manual_seed(0)
    return EegTransformer(form=form or form_of(CHANNELS, 100.0, 200), **(options | changes))


def signals(n=3, n_channels=4, n_times=200) -> torch.Tensor:
    return torch.randn(n, n_channels, n_times, generator=torch.Generator().manual_seed(1))


def n_parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize(
    ("n_channels", "n_chunks", "expected"), [(61, 1, 1_352_380), (64, 1, 1_352_386), (61, 4, 1_321_660)]
)
def test_with_the_published_table_of_positions_it_has_the_published_size(n_channels, n_chunks, expected):
    form = form_of([f"C{i}" for i in range(n_channels)], 160.0, 320)
    model = transformer(form, n_chunks=n_chunks, n_positions=5000)
    assert n_parameters(model) + n_parameters(nn.Linear(model.embed_dim, 2)) == expected


def test_its_pieces_have_the_published_sizes():
    model = transformer(form_of([f"C{i}" for i in range(61)], 160.0, 320), n_positions=5000)
    pieces = (model.projection, model.positions, model.layers[0], model.norm, model.batch_norm, model.hidden)
    assert [n_parameters(piece) for piece in pieces] == [41_088, 640_000, 132_480, 256, 122, 128 * 64 + 64]
    assert len(model.layers) == 5


@pytest.mark.parametrize(("n_chunks", "n_tokens"), [(1, 62), (4, 245)])
def test_attention_has_a_row_for_every_token_and_rows_add_up_to_1(n_chunks, n_tokens):
    model = transformer(form_of([f"C{i}" for i in range(61)], 160.0, 320), n_chunks=n_chunks).eval()
    with record_attention(model) as attention, torch.no_grad():
        model(windows_of(signals(2, 61, 320)))
    assert attention.weights.shape == (2, 5, 8, n_tokens, n_tokens)
    torch.testing.assert_close(attention.weights.sum(-1), torch.ones(2, 5, 8, n_tokens))
    assert len(attention.tokens) == n_tokens


def test_recording_changes_no_output():
    model = transformer(n_chunks=2, batch_norm=False).eval()
    x = Windows(
        {"eeg": signals()}, {"eeg": torch.tensor([[True, True, True, True], [True, False, True, True], [True] * 4])}
    )
    with torch.no_grad():
        fast = model(x)
        with record_attention(model):
            recorded = model(x)
        again = model(x)
    torch.testing.assert_close(recorded, fast, atol=1e-5, rtol=0)
    assert torch.equal(again, fast)


@pytest.mark.parametrize("upstream_compat", [False, True])
def test_the_last_layer_answers_for_the_class_token_as_it_does_for_all_tokens(upstream_compat):
    model = transformer(batch_norm=False, hidden_dim=None, upstream_compat=upstream_compat).eval()
    x = Windows({"eeg": signals()}, {"eeg": torch.tensor([[True] * 4, [True, False, True, True], [True] * 4])})
    last = model.layers[-1]
    widths = []
    handle = last.register_forward_hook(lambda module, given, out: widths.append(out.shape[1]))
    fast, full = model(x), model.norm(model.tokens(x)[:, 0])
    with record_attention(model):
        model(x)
    handle.remove()
    assert widths == [1, 5, 1]
    torch.testing.assert_close(fast, full, atol=1e-5, rtol=0)
    gradients = [torch.autograd.grad(z.square().sum(), model.projection.weight)[0] for z in (fast, full)]
    torch.testing.assert_close(gradients[0], gradients[1], atol=1e-4, rtol=1e-4)


def test_recorded_weights_are_those_of_the_keys_and_queries():
    layer = SelfAttention(4, 2)
    x = torch.randn(1, 3, 4)
    layer.record = []
    layer(x, None)
    q, k, _ = layer.qkv(x)[0].chunk(3, dim=1)
    expected = torch.softmax(q[:, 2:] @ k[:, 2:].T / 2**0.5, dim=1)  # of the second head
    torch.testing.assert_close(layer.record[0][0, 1], expected)


def test_taking_what_was_recorded_forgets_it():
    model = transformer(**SMALL).eval()
    with record_attention(model) as attention, torch.no_grad():
        model(windows_of(signals(2)))
        model(windows_of(signals(1)))
        assert attention.take().shape == (3, 2, 2, 5, 5)
        with pytest.raises(ValueError, match="no attention is recorded"):
            attention.take()
        model(windows_of(signals(1)))
        assert len(attention.weights) == 1
    model(windows_of(signals(4)))
    assert len(attention.weights) == 1  # nothing after the context


def test_a_network_without_attention_is_refused():
    with pytest.raises(ValueError, match="Linear has 0; set model=eeg_transformer"), record_attention(nn.Linear(2, 2)):
        pass


def test_a_network_in_training_is_refused_because_its_tokens_are_not_those_of_the_table():
    model = transformer(**SMALL).train()
    refused = pytest.raises(ValueError, match=r"EegTransformer is in training mode.* call .eval\(\) first")
    with refused, record_attention(model):
        pass


def test_tokens_are_named_channel_by_channel():
    table = transformer(n_chunks=2).token_table
    assert table.channel.tolist() == [-1, 0, 0, 1, 1, 2, 2, 3, 3]
    assert table.chunk.tolist() == [-1, 0, 1, 0, 1, 0, 1, 0, 1]
    assert table.start_s.tolist() == [0.0, *[0.0, 1.0] * 4]
    assert table.duration_s.tolist() == [2.0, *[1.0] * 8]
    assert table.of_signal.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]


@pytest.mark.parametrize("n_chunks", [1, 2])
def test_a_token_holds_the_samples_that_the_table_says(n_chunks):
    model = transformer(**SMALL | {"n_chunks": n_chunks, "n_layers": 1}).eval()
    model.layers = nn.ModuleList()  # tokens as they enter the first layer
    x, table = signals(1), model.token_table
    before = model.tokens(windows_of(x))
    for token in range(1, len(table)):
        start = round(table.start_s[token] * 100)
        changed = x.clone()
        changed[0, table.channel[token], start : start + round(table.duration_s[token] * 100)] += 1
        moved = (model.tokens(windows_of(changed)) - before).abs().sum(2)[0] > 0
        assert moved.nonzero().flatten().tolist() == [token]


def test_channels_that_are_missing_change_nothing_and_nothing_attends_to_them():
    model = transformer(**SMALL | {"n_chunks": 2}).eval()
    present = torch.tensor([[True, False, True, True]] * 2)
    x = signals(2)
    other = x.clone()
    other[:, 1] = 100.0
    with torch.no_grad(), record_attention(model) as attention:
        z = [model(Windows({"eeg": one}, {"eeg": present})) for one in (x, other)]
    torch.testing.assert_close(z[0], z[1])
    assert (attention.weights[..., 3:5] == 0).all()
    alone = transformer(form_of(["Fz", "Pz", "Oz"], 100.0, 200), **SMALL | {"n_chunks": 2}).eval()
    state = model.state_dict()
    state["positions.vectors"] = state["positions.vectors"][[0, 1, 4, 5, 6, 7]]
    alone.load_state_dict(state)
    torch.testing.assert_close(alone(windows_of(x[:, [0, 2, 3]])), z[0])


def test_batch_normalisation_needs_every_channel():
    lacking = Windows({"eeg": signals(1)}, {"eeg": torch.tensor([[True, False, True, True]])})
    with pytest.raises(ValueError, match=r"every channel in every recording.*set model\.batch_norm=false"):
        transformer()(lacking)


def test_electrodes_say_where_a_token_comes_from_whatever_the_order_of_channels():
    form = Form({"eeg": group_of(CHANNELS, 100.0, 200, PLACES)}, "none")
    turned = Form({"eeg": group_of(CHANNELS[::-1], 100.0, 200, PLACES[::-1])}, "none")
    options = SMALL | {"positions": "electrodes", "n_chunks": 2}
    one, other = transformer(form, **options).eval(), transformer(turned, **options).eval()
    x = signals()
    torch.testing.assert_close(one(windows_of(x)), other(windows_of(x.flip(1))), atol=1e-5, rtol=1e-4)
    swapped = one(windows_of(x[:, [1, 0, 2, 3]]))
    assert (swapped - one(windows_of(x))).abs().max() > 1e-3  # places matter


def test_an_electrode_without_a_place_is_named():
    places = PLACES.copy()
    places[1] = np.nan
    with pytest.raises(ValueError, match="Cz has no position; choose other channels"):
        transformer(Form({"eeg": group_of(CHANNELS, 100.0, 200, places)}, "none"), positions="electrodes")


def test_the_mean_and_the_deviation_are_those_of_all_samples_that_are_there():
    model, x = transformer(**SMALL), 20 + 5 * signals(8)
    present = torch.ones(8, 4, dtype=torch.bool)
    present[:, 2] = False
    model.fit(
        lambda: iter([Windows({"eeg": x[:5]}, {"eeg": present[:5]}), Windows({"eeg": x[5:]}, {"eeg": present[5:]})])
    )
    there = x[:, [0, 1, 3]].double()
    assert float(model.mean) == pytest.approx(float(there.mean()), rel=1e-5)
    assert float(model.std) == pytest.approx(float(there.std(correction=0)), rel=1e-5)


def test_crops_begin_anywhere_in_training_and_at_0_in_evaluation():
    model = transformer(**SMALL | {"crop_s": 1.99})
    ramp = torch.arange(200.0).expand(300, 4, 200)
    first = model._cropped(ramp)[:, 0, 0]
    assert sorted(set(first.tolist())) == [0.0, 1.0]
    assert (model._cropped(ramp).diff(dim=2) == 1).all()
    assert (model.eval()._cropped(ramp)[:, 0, 0] == 0).all()
    published = transformer(**SMALL | {"crop_s": 1.99, "upstream_compat": True})
    assert (published._cropped(ramp)[:, 0, 0] == 0).all()  # its last offset is never drawn


def test_dropped_tokens_are_gone_or_as_published_zeros():
    x = signals(2)
    model = transformer(**SMALL | {"token_dropout": 0.5})
    assert model.tokens(windows_of(x)).shape[1] == 1 + 2
    assert model.eval().tokens(windows_of(x)).shape[1] == 1 + 4
    published = transformer(**SMALL | {"token_dropout": 0.5, "upstream_compat": True})
    assert published.tokens(windows_of(x)).shape[1] == 1 + 4


@pytest.mark.parametrize("shuffle", ["channels", "temporal", "all"])
def test_shuffles_reorder_what_they_name_and_only_in_training(shuffle):
    model = transformer(**SMALL | {"n_chunks": 4, "shuffle": shuffle})
    content = torch.arange(16.0).view(1, 4, 4, 1).expand(50, 4, 4, 2).contiguous()  # 4 c + t in channel c, piece t
    found = model._shuffled(content)[..., 0].view(50, 4, 4)
    assert all(sorted(one.flatten().tolist()) == list(range(16)) for one in found)
    assert len({tuple(one.flatten().tolist()) for one in found}) > 10
    if shuffle == "channels":
        assert (found % 4 == torch.arange(4)).all()
    if shuffle == "temporal":
        assert (found // 4 == torch.arange(4)[:, None]).all()
    x = windows_of(signals())
    assert torch.equal(model.eval()(x), transformer(**SMALL | {"n_chunks": 4}).eval()(x))


def test_published_layers_never_take_away():
    layer = transformer(**SMALL | {"upstream_compat": True}).layers[0].eval()
    ours = transformer(**SMALL).layers[0].eval()
    x = torch.randn(5, 3, 8)
    assert (layer.feed_forward(x) >= 0).all()
    assert (ours.feed_forward(x) < 0).any()


def test_windows_of_a_batch_do_not_see_each_other():
    model = transformer(n_chunks=2).eval()
    x = signals(5)
    order = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(model(windows_of(x[order])), model(windows_of(x))[order])
    with torch.no_grad(), record_attention(model) as attention:
        model(windows_of(x))
        one = attention.take()
        model(windows_of(x[order]))
        torch.testing.assert_close(attention.take(), one[order])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dim": 10, "n_heads": 4}, r"model\.dim=10: expected a multiple of model\.n_heads=4"),
        ({"crop_s": 3.0}, r"model\.crop_s=3\.0.*windows have 200 samples at 100 Hz, so use at most 2 s"),
        ({"n_chunks": 201}, "in pieces of one sample or more"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        transformer(**changes)


def test_more_tokens_than_positions_are_refused():
    with pytest.raises(ValueError, match=r"n_positions=2: there are 4 tokens, .* set model\.n_positions=null for one"):
        transformer(n_positions=2)


def test_a_window_with_other_signals_has_another_embedding():
    model = transformer().eval()
    x = windows_of(signals(2))
    z = model(x)
    assert z.shape == (2, 64)
    assert (z[0] - z[1]).abs().max() > 0
    assert torch.equal(model(replace(x)), z)
