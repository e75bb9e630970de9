"""Contract of every encoder in conf/model."""

import warnings
from dataclasses import replace
from typing import Any

import pytest
import torch
from forms import group_of
from options import CONF, node_of, shipped

from eegbench.config import Spec
from eegbench.model import Encoder
from eegbench.model.attention import record_attention
from eegbench.model.base import SignalEncoder
from eegbench.model.build import build_encoder
from eegbench.store.windows import Windows
from eegbench.types import Form

SLEEP_EPOCHS_ONLY = {"deep_sleep_net"}
"""Encoders that refuse other windows than those of 30 s at 100 Hz, because their sizes are published for these."""
PACKAGES = {"braindecode": "braindecode.models"}
"""Modules that encoders need and that need not be installed."""
OPTIONS = shipped("model", SLEEP_EPOCHS_ONLY, PACKAGES)
MISSING = r"needs every channel in every recording, .* model\.batch_norm=false"
FORMS = [(2, 3000, 100.0), (1, 3000, 100.0), (19, 3840, 128.0), (3, 4000, 200.0)]


def encoder(option: str, n_channels: int, n_times: int, sfreq: float) -> Encoder:
    channels = tuple(f"C{i}" for i in range(n_channels))
    form = Form({name: group_of(channels, sfreq, n_times) for name in groups(option)}, "none", features(option))
    if option in SLEEP_EPOCHS_ONLY and (n_times, sfreq) != FORMS[0][1:]:
        pytest.skip(f"{option} refuses other windows than those of 30 s at 100 Hz")
    return build_encoder(Spec(node(option), Encoder, "model"), form)


def node(option: str) -> dict[str, Any]:
    return node_of(CONF / "model" / f"{option}.yaml")


def need_package(option: str) -> None:
    """Skip a test of an encoder whose package is not installed."""
    if option in PACKAGES:
        with warnings.catch_warnings(action="ignore"):  # of what other packages will change under it
            pytest.importorskip(PACKAGES[option], reason=f"not installed: pip install 'eegbench[{option}]'")


def groups(option: str) -> list[str]:
    """Return the groups of signals that an encoder takes."""
    return list(node(option).get("encoders", ["eeg"]))


def features(option: str) -> dict[str, int]:
    """Return the features that an encoder takes, with their sizes."""
    return {"index": 1, "cycles": 5} if "features" in node(option) else {}


def windows(option: str, n: int, n_channels: int, n_times: int) -> Windows:
    generator = torch.Generator().manual_seed(0)
    x = {name: torch.randn(n, n_channels, n_times, generator=generator) for name in groups(option)}
    return Windows(x, None, {name: torch.rand(n, dim, generator=generator) for name, dim in features(option).items()})


@pytest.fixture(params=OPTIONS)
def option(request: pytest.FixtureRequest) -> str:
    need_package(request.param)
    return request.param


@pytest.mark.parametrize("form", FORMS)
def test_shapes_follow_the_contract(option: str, form: tuple[int, int, float]) -> None:
    model = encoder(option, *form).eval()
    x = windows(option, 3, *form[:2])
    assert model(x).shape == (3, model.embed_dim)
    tokens = model.tokens(x)
    assert tokens.ndim == 3
    assert tokens.shape[0] == 3
    assert torch.isfinite(model(x)).all()


def test_arrays_are_encoded_like_windows_and_refused_if_they_have_another_shape(option: str) -> None:
    model = encoder(option, 2, 3000, 100.0).eval()
    given = windows(option, 2, 2, 3000)
    if features(option):
        with pytest.raises(ValueError, match="Expected Windows with the features index, cycles"):
            model(given.x)
        return
    several = len(given.x) > 1
    with pytest.raises(ValueError, match="got one array" if several else r"Expected windows of shape \(n, 2, 3000\)"):
        model(torch.zeros(2, 3000))
    arrays = {name: x.numpy().astype("float64")[:, ::-1] for name, x in given.x.items()}
    flipped = {name: x.flip(1).requires_grad_() for name, x in given.x.items()}
    assert torch.equal(model(arrays if several else arrays["eeg"]), model(Windows(flipped)))
    if model.takes_signals and list(model.parameters()):
        model(flipped).sum().backward()
        assert all(x.grad is not None for x in flipped.values())


def test_the_same_window_gets_the_same_embedding_whatever_stands_beside_it(option: str) -> None:
    model = encoder(option, 2, 3000, 100.0).eval()
    x = windows(option, 5, 2, 3000)
    torch.testing.assert_close(model(x[2:3]), model(x)[2:3], rtol=1e-4, atol=1e-5)
    assert torch.equal(model(x), model(x))


def test_a_batch_of_one_window_is_encoded(option: str) -> None:
    model = encoder(option, 2, 3000, 100.0).eval()
    assert model(windows(option, 1, 2, 3000)).shape == (1, model.embed_dim)


def test_embeddings_depend_on_the_tokens_alone(option: str) -> None:
    model = encoder(option, 2, 3000, 100.0).eval()
    one, other = windows(option, 1, 2, 3000), windows(option, 2, 2, 3000)[1:]
    if not isinstance(model, SignalEncoder):
        pytest.skip(f"{option} has encoders of its own, whose tokens are tested")
    fixed = model.tokens(one)
    model.features = lambda x: fixed
    assert torch.equal(model(one), model(other))


def test_training_reaches_every_parameter_and_the_input(option: str) -> None:
    model = encoder(option, 2, 3000, 100.0).train()
    if not list(model.parameters()):
        pytest.skip(f"{option} has nothing to train")
    given = windows(option, 4, 2, 3000)
    for x in given.x.values():
        x.requires_grad_()
    model(given).square().sum().backward()
    reached = [x.grad is not None and bool(x.grad.abs().sum() > 0) for x in given.x.values()]
    assert reached == [model.takes_signals] * len(given.x)
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in model.parameters())


def test_an_encoder_says_whether_its_attention_can_be_recorded(option: str) -> None:
    model = encoder(option, 2, 3000, 100.0).eval()
    if not model.has_attention:
        with (
            pytest.raises(ValueError, match="expected one encoder with attention over tokens"),
            record_attention(model),
        ):
            pass
        return
    with record_attention(model) as attention:
        model(windows(option, 2, 2, 3000))
    assert attention.weights.shape[-1] == len(attention.tokens)


def test_a_stored_state_gives_the_same_embeddings(option: str) -> None:
    first, second = (encoder(option, 2, 3000, 100.0).eval() for _ in range(2))
    second.load_state_dict(first.state_dict())
    x = windows(option, 2, 2, 3000)
    assert torch.equal(first(x), second(x))


def test_windows_that_lack_a_channel_are_refused_or_the_channel_does_not_matter(option: str) -> None:
    model = encoder(option, 2, 3000, 100.0).eval()
    given = windows(option, 2, 2, 3000)
    for x in given.x.values():
        x[:, 1] = 0
    lacking = replace(given, present=dict.fromkeys(given.x, torch.tensor([[True, False], [True, False]])))
    if not model.takes_missing_channels:
        with pytest.raises(ValueError, match=MISSING):
            model(lacking)
        return
    assert torch.isfinite(model(lacking)).all()
    assert model(lacking).shape == (2, model.embed_dim)


def test_outputs_keep_the_type_of_the_windows(option: str) -> None:
    model = encoder(option, 2, 3000, 100.0).eval()
    assert model(windows(option, 1, 2, 3000)).dtype == torch.float32


@pytest.mark.parametrize("form", FORMS)
def test_first_filters_have_a_response_from_each_channel_or_a_sentence_says_why_not(
    option: str, form: tuple[int, int, float]
) -> None:
    model = encoder(option, *form)
    if type(getattr(model, "signals", model)).first_filters is Encoder.first_filters:
        with pytest.raises(ValueError, match="does not begin with linear filters"):
            model.first_filters()
        return
    filters = model.first_filters()
    assert filters.ndim == 3
    assert filters.shape[1] == form[0]


def test_after_step_leaves_an_untrained_model_as_it_is(option: str) -> None:
    model = encoder(option, 2, 3000, 100.0)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.after_step()
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, before[name])


def test_tokens_depend_on_no_more_samples_than_the_receptive_field_says(option: str) -> None:
    model = encoder(option, 1, 3000, 100.0).eval()
    if model.receptive_field is None:
        pytest.skip(f"{option} says nothing about it")
    given = windows(option, 1, 1, 3000)
    x = given.only.requires_grad_()
    model.tokens(given)[0, 0].square().sum().backward()
    touched = x.grad[0, 0].nonzero()
    assert touched.max() - touched.min() + 1 <= model.receptive_field
