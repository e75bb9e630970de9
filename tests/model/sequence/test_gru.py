import pytest
import torch

from eegbench.config import build
from eegbench.model.sequence import SequenceEncoder
from eegbench.model.sequence.gru import Gru

Z = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(0))
ALL = torch.ones(2, 5, dtype=torch.bool)


def gru(**changes) -> Gru:
    torch.manual_seed(0)
    return Gru(
        **({"in_dim": 4, "hidden_dim": 3, "n_layers": 2, "bidirectional": True, "dropout": 0.0} | changes)
    ).eval()


def test_a_complete_sequence_is_read_as_torch_reads_it() -> None:
    ours, theirs = gru(n_layers=1), torch.nn.GRU(4, 3, batch_first=True, bidirectional=True)
    for name, value in ours.onward[0].state_dict().items():
        theirs.state_dict()[name].copy_(value)
        theirs.state_dict()[f"{name}_reverse"].copy_(ours.backward_in_time[0].state_dict()[name])
    torch.testing.assert_close(ours(Z, ALL), theirs(Z)[0])
    assert ours.out_dim == 6


@pytest.mark.parametrize("bidirectional", [True, False])
def test_absent_steps_have_no_influence(bidirectional: bool) -> None:
    ours, present, changed = gru(bidirectional=bidirectional), ALL.clone(), Z.clone()
    present[0, :2], present[0, 4], present[1, 2] = False, False, False
    changed[~present] += 7
    out = ours(Z, present)
    assert torch.equal(out, ours(changed, present))
    assert (out[~present] == 0).all()
    torch.testing.assert_close(out[0, 2:4], ours(Z[:1, 2:4], ALL[:1, :2])[0])
    torch.testing.assert_close(out[1, [0, 1, 3, 4]], ours(Z[1:, [0, 1, 3, 4]], ALL[:1, :4])[0])


def test_a_sequence_without_any_step_gives_zeros() -> None:
    assert (gru()(Z, torch.zeros_like(ALL)) == 0).all()


def test_one_direction_is_causal() -> None:
    later = Z.clone()
    later[:, 3:] += 1
    one, both = gru(bidirectional=False), gru()
    assert one.causal
    assert torch.equal(one(Z, ALL)[:, :3], one(later, ALL)[:, :3])
    assert not both.causal
    assert not torch.equal(both(Z, ALL)[:, :3], both(later, ALL)[:, :3])


def test_it_is_built_with_the_size_of_an_embedding() -> None:
    node = {"_target_": "eegbench.model.sequence.gru.Gru", "hidden_dim": 3, "n_layers": 1, "bidirectional": True}
    assert build({**node, "dropout": 0.0}, SequenceEncoder, in_dim=7).out_dim == 6
