from pathlib import Path

import torch
from forms import form_of, windows_of
from options import node_of

from eegbench.config import Spec
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.store.windows import Windows

NODE = node_of(Path(__file__).resolve().parents[2] / "conf" / "model" / "channel_mean.yaml")
X = torch.randn(3, 4, 1000, generator=torch.Generator().manual_seed(0))


def encoder() -> Encoder:
    torch.manual_seed(0)
    return build_encoder(Spec(NODE, Encoder, "model"), form_of("ABCD", 100.0, 1000)).eval()


def test_a_missing_channel_has_no_influence() -> None:
    present = torch.tensor([[True, False, True, True]] * 3)
    changed = X.clone()
    changed[:, 1] += 7
    one, other = (encoder()(Windows({"eeg": x}, {"eeg": present})) for x in (X, changed))
    assert torch.equal(one, other)
    torch.testing.assert_close(one, encoder()(windows_of(X[:, [0, 2, 3]])))


def test_each_window_may_lack_other_channels() -> None:
    present = torch.tensor([[True, False, True, True], [True, True, True, True], [False, False, False, True]])
    embedded = encoder()(Windows({"eeg": X}, {"eeg": present}))
    for number, there in enumerate(present):
        alone = encoder()(windows_of(X[number : number + 1, there]))
        torch.testing.assert_close(embedded[number : number + 1], alone)


def test_the_order_of_channels_plays_no_part() -> None:
    torch.testing.assert_close(encoder()(windows_of(X)), encoder()(windows_of(X[:, [2, 0, 3, 1]])))


def test_the_embedding_is_the_mean_of_the_tokens() -> None:
    torch.testing.assert_close(encoder()(windows_of(X)), encoder().tokens(windows_of(X)).mean(1))
