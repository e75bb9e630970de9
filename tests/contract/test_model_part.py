"""Contract of every sequence encoder, normaliser and reducer in the folders of conf/model."""

import pytest
import torch
from options import CONF, node_of, shipped

from eegbench.config import build
from eegbench.model.normaliser import Normaliser
from eegbench.model.normaliser.base import FittedNormaliser
from eegbench.model.reducer import Reducer
from eegbench.model.sequence import SequenceEncoder


def part(kind, group, name, **given):
    torch.manual_seed(0)
    return build(node_of(CONF / "model" / group / f"{name}.yaml"), kind, **given).eval()


def noise(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=shipped("model/sequence"))
def sequence(request) -> SequenceEncoder:
    return part(SequenceEncoder, "sequence", request.param, in_dim=8)


@pytest.fixture(params=shipped("model/normaliser"))
def normaliser(request) -> Normaliser:
    return part(Normaliser, "normaliser", request.param, shape=(2, 3000), sfreq=100.0)


@pytest.fixture(params=shipped("model/reducer"))
def reducer(request) -> Reducer:
    return part(Reducer, "reducer", request.param, dim=8, n_steps=9)


def test_a_sequence_encoder_gives_a_vector_for_each_step(sequence):
    out = sequence(noise(3, 7, 8), torch.ones(3, 7, dtype=torch.bool))
    assert out.shape == (3, 7, sequence.out_dim)
    assert torch.isfinite(out).all()


def test_absent_steps_have_no_influence_and_later_ones_none_on_a_causal_encoder(sequence):
    z, present = noise(2, 7, 8), torch.ones(2, 7, dtype=torch.bool)
    present[:, 5:] = False
    changed = z.clone()
    changed[:, 5:] += 10
    torch.testing.assert_close(sequence(changed, present)[:, :5], sequence(z, present)[:, :5])
    changed[:, 4] += 10
    moved = (sequence(changed, present) - sequence(z, present)).abs().amax((0, 2)) > 1e-6
    assert moved[4]
    assert moved[:4].any() != sequence.causal


def test_a_normaliser_gives_windows_of_the_shape_that_it_names_each_by_itself(normaliser):
    x = 40 * noise(4, 2, 3000)
    if isinstance(normaliser, FittedNormaliser):
        normaliser.update(x)
        normaliser.finish()
    out = normaliser(x)
    assert out.shape == (4, *normaliser.out_shape)
    assert torch.isfinite(out).all()
    torch.testing.assert_close(normaliser(x[:1]), out[:1])


def test_a_normaliser_that_learns_is_refused_without_a_batch(normaliser):
    if not isinstance(normaliser, FittedNormaliser):
        pytest.skip("it learns nothing")
    with pytest.raises(ValueError, match="train has no windows"):
        normaliser.finish()


def test_a_reducer_makes_one_vector_of_each_window_by_itself(reducer):
    steps = noise(4, 8, 9)
    out = reducer(steps)
    assert out.shape == (4, reducer.out_dim)
    assert torch.isfinite(out).all()
    torch.testing.assert_close(reducer(steps[:1]), out[:1])
    assert not torch.equal(out[0], out[1])
