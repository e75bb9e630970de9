"""Maps of attention: the mean of each class's windows, of those that count, with the token that each number is of."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from forms import form_of, windows_of
from interpretability.scenes import LinearScores, scene_of
from options import CONF, node_of
from torch import nn

from eegbench.interpretability.attention_map import facts_of
from eegbench.interpretability.attention_rollout import AttentionRollout
from eegbench.interpretability.rollout import fused, rollout
from eegbench.model.attention import record_attention
from eegbench.model.eeg_transformer import EegTransformer
from eegbench.store.windows import Windows

N, N_CHANNELS, N_TIMES = 12, 3, 18
OPTIONS = {"weighting": "attention", "heads": "mean", "only_correct": False, "min_confidence": 0.0}


class Classifier(nn.Module):
    """A transformer with a linear head."""

    def __init__(self, n_chunks=2, crop_s=1.0, channels=("A", "B", "C"), **options):
        super().__init__()
        torch.manual_seed(3)
        node = {
            name: value for name, value in node_of(CONF / "model/eeg_transformer.yaml").items() if name != "_target_"
        }
        small = {"dim": 8, "n_layers": 2, "n_heads": 2, "hidden_dim": None, "n_chunks": n_chunks, "crop_s": crop_s}
        self.encoder = EegTransformer(form=form_of(channels, 16.0, N_TIMES), **node | small | options)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.encoder(windows_of(x)))


def x_of(n=N) -> torch.Tensor:
    return torch.randn(n, N_CHANNELS, N_TIMES, generator=torch.Generator().manual_seed(0))


def explained(scene, **changes):
    return AttentionRollout(**(OPTIONS | changes)).explain(scene, np.random.default_rng(0))


@pytest.fixture
def scene():
    return scene_of(Classifier(), x_of())


def rolled(network, x):
    """Return each window's share of each token of the signal, worked out here."""
    with torch.no_grad(), record_attention(network) as attention:
        network(x)
    row = rollout(fused(attention.weights, "mean"))[:, 0, 1:]
    return (row / row.sum(1, keepdim=True)).numpy()


def test_a_class_has_the_mean_of_its_windows_over_the_samples_of_each_token(scene):
    found, expected = explained(scene), rolled(scene.network, x_of())
    assert found.values.shape == (2, N_CHANNELS, N_TIMES)
    assert (found.axis, found.outputs, found.channels) == ("time_s", scene.classes, scene.group.channels)
    of_first = expected[scene.labels == 0].mean(0).reshape(N_CHANNELS, 2)
    np.testing.assert_allclose(found.values[0, :, :8], np.repeat(of_first[:, :1], 8, axis=1), rtol=1e-5)
    np.testing.assert_allclose(found.values[0, :, 8:16], np.repeat(of_first[:, 1:], 8, axis=1), rtol=1e-5)
    assert np.isnan(found.values[:, :, 16:]).all()  # samples that the network does not use
    error = expected[scene.labels == 0].std(0, ddof=1) / np.sqrt(N / 2)
    np.testing.assert_allclose(found.standard_error[0, :, 0], error.reshape(N_CHANNELS, 2)[:, 0], rtol=1e-4)


def test_every_window_is_kept_with_what_the_network_said_of_it(scene):
    facts = pd.DataFrame({"subject": [f"s{i}" for i in range(N)]})
    found = explained(replace(scene, facts=facts))
    np.testing.assert_allclose(found.by_window, rolled(scene.network, x_of()), rtol=1e-5)
    with torch.no_grad():
        probabilities = scene.network(x_of()).softmax(1).numpy()
    assert found.windows["predicted"].tolist() == probabilities.argmax(1).tolist()
    np.testing.assert_allclose(found.windows["confidence"], probabilities.max(1), rtol=1e-5)
    assert found.windows["subject"].tolist() == facts["subject"].tolist()
    assert found.windows["used"].all()


def test_matrices_are_the_mean_rollout_of_each_class(scene):
    found = explained(scene)
    with torch.no_grad(), record_attention(scene.network) as attention:
        scene.network(x_of())
    expected = rollout(fused(attention.weights, "mean"))[scene.labels == 1].mean(0)
    np.testing.assert_allclose(found.matrices[1], expected, rtol=1e-5)
    np.testing.assert_allclose(found.matrices.sum(2), 1, rtol=1e-5)


@pytest.mark.parametrize("weighting", ["attention", "gradient", "upstream_compat"])
def test_the_order_and_the_company_of_windows_change_no_map(weighting):
    network, x = Classifier(), x_of()
    order = torch.tensor([7, 2, 9, 0, 11, 4, 5, 1, 3, 6, 10, 8])
    whole = explained(scene_of(network, x), weighting=weighting).by_window
    mixed = explained(scene_of(network, x[order]), weighting=weighting).by_window
    alone = explained(scene_of(network, x[:1]), weighting=weighting).by_window
    np.testing.assert_allclose(mixed, whole[order.numpy()], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(alone, whole[:1], rtol=1e-4, atol=1e-6)


def test_windows_that_are_wrong_or_not_sure_are_left_out(scene):
    every = explained(scene).windows
    right = (every["predicted"] == every["label"]).to_numpy()
    limit = float(np.median(every["confidence"]))
    found = explained(scene, only_correct=True, min_confidence=limit)
    used = right & (every["confidence"] >= limit).to_numpy()
    assert found.windows["used"].tolist() == used.tolist()
    for k in range(2):
        rows = used & (scene.labels == k)
        expected = found.by_window[rows].mean(0) if rows.any() else np.full(6, np.nan)
        np.testing.assert_allclose(found.values[k, :, 0], expected.reshape(3, 2)[:, 0], rtol=1e-5)
    assert "correct windows" in found.setting


def test_each_subject_has_a_map_of_its_windows_in_use(scene):
    subjects = np.array(["b", "a", "a", "b", "c", "a", "a", "b", "b", "a", "a", "b"])
    scene = replace(scene, facts=pd.DataFrame({"subject": subjects}))
    limit = float(np.sort(explained(scene).windows["confidence"])[2])
    found = explained(scene, min_confidence=limit)
    used = found.windows["used"].to_numpy()
    assert used.sum() == 10
    maps = found.by_subject
    assert maps.subjects == tuple(name for name in "abc" if used[subjects == name].any())
    for name, values, n in zip(maps.subjects, maps.values, maps.n_windows, strict=True):
        own = used & (subjects == name)
        assert n == own.sum()
        for k in range(2):
            rows = own & (scene.labels == k)
            expected = found.by_window[rows].mean(0) if rows.any() else np.full(6, np.nan)
            np.testing.assert_allclose(values[k, :, 0], expected.reshape(3, 2)[:, 0], rtol=1e-5)
    even = found.drawn.by_subject
    np.testing.assert_allclose(even.values, maps.values * 6 - 1)
    assert explained(replace(scene, facts=None)).by_subject is None


def test_the_caption_says_how_many_windows_are_used(scene):
    assert explained(scene).used == "12 windows are used (class 0 6, class 1 6)."
    found = explained(scene, only_correct=True)
    used = found.windows[found.windows["used"]]
    n = [(used["label"] == k).sum() for k in range(2)]
    assert sum(n) < N
    assert found.used == f"{sum(n)} of 12 windows are used (class 0 {n[0]}, class 1 {n[1]})."


def test_windows_without_a_class_are_not_used_and_none_left_is_an_error(scene):
    unlabelled = replace(scene, labels=np.full(N, -1))
    with pytest.raises(ValueError, match=r"none of 12 windows is used .*min_confidence=0"):
        explained(unlabelled)


def test_gradients_say_what_speaks_for_the_predicted_class(scene):
    found = explained(scene, weighting="gradient")
    assert (found.by_window >= 0).all()
    np.testing.assert_allclose(found.by_window.sum(1), 1, rtol=1e-4)
    assert np.abs(found.by_window - explained(scene).by_window).max() > 1e-3
    assert found.setting == "weighted by gradients"
    assert all(p.grad is None for p in scene.network.parameters())


def test_as_published_each_map_ends_at_1(scene):
    found = explained(scene, weighting="upstream_compat", heads="max")
    np.testing.assert_allclose(found.by_window.max(1), 1)
    assert found.drawn is found
    assert not found.is_signed
    assert (found.drawn.measure, found.setting) == ("attention, largest of a window = 1", "as published, heads by max")
    assert found.matrices_over_even_share is None


def test_the_facts_name_every_token(scene):
    facts = facts_of(explained(scene))
    assert facts["tokens"][0] == {"channel": None, "start_s": 0.0, "duration_s": 1.0}
    assert facts["tokens"][4] == {"channel": "B", "start_s": 0.5, "duration_s": 0.5}
    assert len(facts["tokens"]) == 1 + 6


def test_a_network_without_tokens_is_refused():
    with pytest.raises(ValueError, match="set model=eeg_transformer"):
        explained(scene_of(LinearScores(torch.ones(2, 3, 16, dtype=torch.float64)), torch.ones(2, 3, 16).double()))


class Lacking(Classifier):
    """The transformer before windows that lack channels."""

    def __init__(self, present):
        super().__init__(batch_norm=False)
        self.present = torch.as_tensor(present)

    def forward(self, x):
        return self.head(self.encoder(Windows({"eeg": x}, {"eeg": self.present[: len(x)]})))


@pytest.mark.parametrize("weighting", ["attention", "gradient", "upstream_compat"])
def test_a_channel_has_the_mean_of_the_windows_that_have_it(weighting):
    present = np.ones((N, N_CHANNELS), dtype=bool)
    present[:4, 1], present[:, 2] = False, False
    scene = replace(scene_of(Lacking(present), x_of()), present=present)
    found = explained(scene, weighting=weighting)
    by_window = found.by_window.reshape(N, N_CHANNELS, 2)
    assert np.array_equal(np.isnan(by_window), np.repeat(~present[:, :, None], 2, axis=2))
    first, n = scene.labels == 0, 2.0 * present.sum(1)
    np.testing.assert_allclose(found.values[0, 1, 0], by_window[first & present[:, 1], 1, 0].mean(), rtol=1e-5)
    errors = by_window[first & present[:, 1], 1, 0].std(ddof=1) / 2  # of four windows
    np.testing.assert_allclose(found.standard_error[0, 1, 0], errors, rtol=1e-4)
    assert np.isnan(found.values[:, 2]).all()
    assert np.isnan(found.drawn.values[:, 2]).all()
    relative = by_window * n[:, None, None] - 1 if weighting != "upstream_compat" else by_window
    for channel in range(2):
        rows = first & present[:, channel]
        np.testing.assert_allclose(found.drawn.values[0, channel, 0], relative[rows, channel, 0].mean(), rtol=1e-4)
    counted = "12 windows are used (class 0 6, class 1 6)."
    assert found.used == f"{counted} Each channel is averaged over the windows that have it. No used window has C."


def test_pairs_of_channels_have_the_mean_of_the_windows_that_have_both():
    present = np.ones((N, N_CHANNELS), dtype=bool)
    present[:4, 1], present[:, 2] = False, False
    scene = replace(scene_of(Lacking(present), x_of()), present=present)
    found = explained(scene)
    with torch.no_grad(), record_attention(scene.network) as attention:
        scene.network(x_of())
    each = rollout(fused(attention.weights, "mean")).numpy()
    whole, size = (scene.labels == 0) & present[:, 1], 1 + 2 * present.sum(1)
    np.testing.assert_allclose(found.matrices[0, 1, 3], each[whole, 1, 3].mean(), rtol=1e-5)
    every = scene.labels == 0
    even = (each[every, 1, 2] * size[every]).mean()
    np.testing.assert_allclose(found.matrices_over_even_share[0, 1, 2], even, rtol=1e-5)
    assert np.isnan(found.between_channels[:, 2]).all()
    assert np.isfinite(found.between_channels[:, :2, :2]).all()
