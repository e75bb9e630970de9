from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from forms import group_of
from interpretability.published_perturbation import amplitude_gradient, expected_correlation, published
from torch import nn

from eegbench.interpretability.amplitude_perturbation import AmplitudePerturbation
from eegbench.interpretability.base import BATCH_BYTES, Scene

CLASSES = ("left", "right")
OPTIONS = {"kind": "additive", "n_iterations": 3, "scale": 1.0, "unit": "raw", "layer": None, "n_permutations": 0}


class Linear(nn.Module):
    """Scores Σ w·x, one w an output (n_outputs, n_channels, n_times)."""

    def __init__(self, w):
        super().__init__()
        self.register_buffer("w", torch.as_tensor(w, dtype=torch.float32))

    def forward(self, x):
        return torch.einsum("nct,kct->nk", x, self.w)


class Curved(nn.Module):
    """A small network that is not linear, with a layer to look at."""

    def __init__(self, n_channels):
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        self.filters = nn.Conv1d(n_channels, 4, 5)
        self.read = nn.Linear(4, 2)
        for parameter in self.parameters():
            parameter.data = 0.3 * torch.randn(parameter.shape, generator=generator)

    def forward(self, x):
        return self.read(torch.tanh(self.filters(x)).square().mean(2))


def scene_of(network, x, classes=CLASSES):
    windows = torch.as_tensor(x, dtype=torch.float32)
    channels = tuple(f"C{i}" for i in range(x.shape[1]))
    group = group_of(channels, 100.0, x.shape[2])
    return Scene(network, lambda part: windows[part], np.full(len(x), -1), classes, group)


def explain(network, x, seed=0, **options):
    classes = CLASSES if options.pop("n_outputs", 2) == 2 else ("score",)
    method = AmplitudePerturbation(**{**OPTIONS, **options})
    return method.explain(scene_of(network, x, classes), np.random.default_rng(seed))


class Given(AmplitudePerturbation):
    """Takes the noise of each iteration from an array."""

    def __init__(self, noises, **options):
        super().__init__(**{**OPTIONS, "n_iterations": len(noises), **options})
        self.coming = iter(torch.as_tensor(np.concatenate(noises), dtype=torch.float32))

    def noise(self, x, source):
        return torch.stack([next(self.coming) for _ in range(len(x))])


def windows(n, n_channels, n_times, seed=0):
    return np.random.default_rng(seed).normal(0, 2, (n, n_channels, n_times)).astype(np.float32)


def predict_with(network):
    double = network.double()
    return lambda x: double(torch.as_tensor(x, dtype=torch.float64)).detach().numpy()


def drawn(kind, n_iterations, n, n_channels, n_times):
    rng = np.random.default_rng(5)
    shape = (n_iterations, n, 1 if kind == "phase" else n_channels, n_times // 2 + 1)
    return rng.uniform(-np.pi, np.pi, shape) if kind == "phase" else rng.normal(size=shape)


@pytest.mark.parametrize("n_times", [24, 25])
@pytest.mark.parametrize(
    ("kind", "scale", "as_published"),
    [
        ("additive", 3.0, lambda z: 3 * z),
        ("multiplicative", 0.5, lambda z: 1 + 0.5 * z),
        ("phase", 0.7, lambda u: 0.7 * u),
    ],
)
def test_every_kind_equals_the_published_steps_given_the_same_noise(kind, scale, as_published, n_times):
    x, noises = windows(60, 3, n_times), drawn(kind, 3, 60, 3, n_times)
    expected = published(x, [as_published(noise) for noise in noises], predict_with(Curved(3)), kind)
    found = Given(noises, kind=kind, scale=scale).explain(scene_of(Curved(3), x), np.random.default_rng(0))
    # float32 through the network against float64
    assert found.values == pytest.approx(expected.transpose(2, 0, 1), abs=2e-5)
    assert found.channels == (("all",) if kind == "phase" else ("C0", "C1", "C2"))
    assert found.outputs == CLASSES


def test_noise_in_units_of_the_bins_equals_the_published_steps_with_noise_of_that_size():
    x, noises = windows(60, 3, 24), drawn("additive", 2, 60, 3, 24)
    std = np.abs(np.fft.rfft(x, axis=2)).std(0)
    expected = published(x, [0.5 * std * noise for noise in noises], predict_with(Curved(3)), "additive")
    found = Given(noises, scale=0.5, unit="bin_std").explain(scene_of(Curved(3), x), np.random.default_rng(0))
    assert found.values == pytest.approx(expected.transpose(2, 0, 1), abs=2e-5)


def test_the_published_noise_is_that_of_its_seed():
    first = np.random.RandomState((2017, 7, 10)).normal(size=4)
    assert first == pytest.approx([0.23521578, 0.29338947, 2.47439627, 1.24865132], abs=1e-8)


def test_the_analytic_gradient_of_a_linear_network_equals_finite_differences():
    rng = np.random.default_rng(2)
    for n_times in (15, 16):
        x, w, step = rng.normal(size=(2, 3, n_times)), rng.normal(size=(3, n_times)), 1e-4
        gradient = amplitude_gradient(w, x)
        spectrum = np.fft.rfft(x, axis=2)
        for place in np.ndindex(gradient.shape):
            more = spectrum.copy()
            more[place] *= 1 + step / np.abs(spectrum[place])
            change = (np.fft.irfft(more, n=n_times, axis=2) - x)[place[0]]
            assert (w * change).sum() / step == pytest.approx(gradient[place], abs=1e-8)


@pytest.mark.parametrize("periods", [1, 2])
def test_a_network_that_reads_one_sine_is_followed_by_its_frequency_alone(periods):
    w = np.sin(2 * np.pi * periods * np.arange(16) / 16)[None]
    x = windows(200, 1, 16) + 20 * w.astype(np.float32)
    gradient = (amplitude_gradient(w, x) ** 2).mean((0, 1))
    assert gradient[periods] > 0.99 * gradient.sum()
    values = explain(Linear(w[None]), x, n_outputs=1).values[0, 0]
    assert values[periods] > 0.99
    assert np.abs(np.delete(values, periods)).max() < 0.2


def far_from_silence(seed, n=400, n_channels=3, n_times=16):
    """Windows whose amplitudes noise of 1 never takes to 0, and whose phases prefer a side."""
    rng = np.random.default_rng(seed)
    shape = (n, n_channels, n_times // 2 + 1)
    amplitude, phase = rng.uniform(20, 40, shape), rng.uniform(-1, 1, shape) + rng.uniform(-np.pi, np.pi, shape[1:])
    phase[..., [0, -1]] = 0
    return np.fft.irfft(amplitude * np.exp(1j * phase), n=n_times, axis=2)


def test_a_linear_network_correlates_as_theory_says_within_the_standard_errors():
    z = []
    for seed in range(20):
        x, w = far_from_silence(seed), np.random.default_rng(100 + seed).normal(size=(3, 16))
        found = explain(Linear(w[None]), x, seed=seed, n_outputs=1, n_iterations=12)
        z.append((found.values[0] - expected_correlation(amplitude_gradient(w, x))) / found.standard_error[0])
    assert 0.8 < np.sqrt(np.mean(np.square(z))) < 1.2
    assert np.abs(z).max() < 4


def test_outputs_that_never_change_correlate_by_0_and_are_never_significant():
    w = np.stack([np.zeros((2, 16)), np.ones((2, 16))])
    found = explain(Linear(w), windows(30, 2, 16), n_permutations=20)
    assert (found.values[0] == 0).all()
    assert (found.p[0] == 1).all()
    assert np.isfinite(found.values).all()


def sees(place, n_channels=4, n_times=32):
    """A network that sees one frequency of one channel."""
    w = np.zeros((1, n_channels, n_times), np.float32)
    w[0, place[0]] = np.cos(2 * np.pi * place[1] * np.arange(n_times) / n_times)
    return Linear(w)


def test_the_bin_that_a_network_sees_has_the_least_p_and_others_raise_few_alarms():
    alarms = 0
    for seed in range(20):
        x = windows(100, 4, 32, seed) + 10 * sees((2, 5)).w.numpy()
        found = explain(sees((2, 5)), x, seed=seed, n_outputs=1, scale=0.2, unit="bin_std", n_permutations=99)
        assert found.p[0, 2, 5] == 0.01
        alarms += (np.delete(found.p[0].ravel(), 2 * 17 + 5) <= 0.05).any()
    assert alarms <= 4  # 1 of 20 is expected; 5 or more happen in 3 of 1000 such tests


class Deaf(nn.Module):
    """Scores that do not hang on what is in the window, but vary from call to call."""

    def __init__(self):
        super().__init__()
        self.generator = torch.Generator().manual_seed(11)

    def forward(self, x):
        return torch.randn(len(x), 2, generator=self.generator)


def test_least_p_values_are_uniform_where_scores_hang_on_nothing():
    x = windows(40, 3, 16)
    least = np.array([explain(Deaf(), x, seed, n_permutations=39).p.min((1, 2)) for seed in range(200)]).ravel()
    for level in (0.05, 0.25, 0.5, 0.75):
        assert (least <= level).mean() == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / len(least)))


def test_values_do_not_hang_on_the_number_of_permutations():
    x = windows(30, 2, 16)
    none, some = (explain(Curved(2), x, n_permutations=n) for n in (0, 10))
    assert none.p is None
    assert none.values == pytest.approx(some.values, abs=1e-6)
    assert set(np.unique(np.round(some.p * 11, 6))) <= set(range(1, 12))


def test_the_same_seed_gives_the_same_map():
    x = windows(30, 2, 16)
    assert np.array_equal(explain(Curved(2), x, 4).values, explain(Curved(2), x, 4).values)
    assert not np.array_equal(explain(Curved(2), x, 4).values, explain(Curved(2), x, 5).values)


def test_the_size_of_batches_changes_nothing_given_the_noise_of_each_window(monkeypatch):
    # noise is drawn batch by batch, so that drawn noise would differ
    x, noises = windows(50, 3, 24), drawn("additive", 2, 50, 3, 24)
    found = []
    for n_at_once in (50, 7):
        monkeypatch.setitem(BATCH_BYTES, "cpu", n_at_once * 4 * 3 * 24)
        found.append(Given(noises).explain(scene_of(Curved(3), x), np.random.default_rng(0)).values)
    assert found[0] == pytest.approx(found[1], abs=1e-5)


@pytest.mark.slow
def test_only_a_batch_of_windows_is_held_at_once(monkeypatch):
    monkeypatch.setitem(BATCH_BYTES, "cpu", 8 * 4 * 3 * 24)
    scene, largest = scene_of(Curved(3), windows(64, 3, 24)), 0
    method = AmplitudePerturbation(**{**OPTIONS, "unit": "bin_std"})

    class Watch(torch.utils._python_dispatch.TorchDispatchMode):
        def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
            nonlocal largest
            made = function(*arguments, **(keywords or {}))
            if isinstance(made, torch.Tensor):
                largest = max(largest, made.numel())
            return made

    with Watch():
        method.explain(scene, np.random.default_rng(0))
    assert 0 < largest < 64 * 3 * 13


def test_the_filters_of_a_layer_stand_for_the_scores_where_one_is_named():
    x, noises = windows(60, 3, 24), drawn("additive", 2, 60, 3, 24)
    double = Curved(3).double()
    expected = published(
        x,
        noises,
        lambda v: double.filters(torch.as_tensor(v, dtype=torch.float64)).mean(2).detach().numpy(),
        "additive",
    )
    network = Curved(3)
    found = Given(noises, layer="filters").explain(scene_of(network, x), np.random.default_rng(0))
    assert found.values == pytest.approx(expected.transpose(2, 0, 1), abs=2e-5)
    assert found.outputs == ("filter 0", "filter 1", "filter 2", "filter 3")
    assert not found.is_by_class
    assert not network.filters._forward_hooks


def test_a_map_says_what_and_where_it_is():
    found = explain(Curved(3), windows(30, 3, 25))
    assert found.values.shape == found.standard_error.shape == (2, 3, 13)
    assert found.measure == "correlation"
    assert found.axis == "frequency_hz"
    assert found.places == pytest.approx(4.0 * np.arange(13))
    assert found.standard_error == pytest.approx((1 - found.values**2) / np.sqrt(90))
    assert len(found.table()) == 2 * 3 * 13


@pytest.mark.parametrize(
    "options",
    [{"kind": "phase", "scale": 1.5}, {"kind": "phase", "scale": 1.01}],
)
def test_options_out_of_range_are_refused_by_name(options):
    with pytest.raises(ValueError, match=rf"interpretability\.amplitude_perturbation\.{list(options)[-1]}="):
        AmplitudePerturbation(**{**OPTIONS, **options})


def test_permutations_that_memory_cannot_hold_are_refused_with_the_number_that_it_can():
    with pytest.raises(ValueError, match=r"n_permutations=100000000: .* GiB; set \d+ or less"):
        explain(Curved(2), windows(10, 2, 16), n_permutations=10**8)


def test_too_few_windows_are_refused():
    with pytest.raises(ValueError, match="3 windows or more, but there are 2"):
        explain(Curved(2), windows(2, 2, 16))


def test_windows_with_nan_are_refused():
    x = windows(10, 2, 16)
    x[3, 1, 4] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        explain(Curved(2), x)


@pytest.mark.parametrize("batch_bytes", [300, BATCH_BYTES["cpu"]])
def test_the_map_of_a_subject_is_that_of_its_windows_alone_given_the_same_noise(batch_bytes, monkeypatch):
    monkeypatch.setitem(BATCH_BYTES, "cpu", batch_bytes)
    x, noises = windows(30, 3, 24), drawn("additive", 2, 30, 3, 24)
    subjects = np.array(["a", "b", "a", "c", "b"] * 5 + ["a"] * 5)
    subjects[subjects == "c"] = ["c", "c", "a", "b", "a"]  # two windows are too few for a correlation
    network = Curved(3)
    scene = replace(scene_of(network, x), facts=pd.DataFrame({"subject": subjects}))
    found = Given(noises).explain(scene, np.random.default_rng(0)).by_subject
    assert found.subjects == ("a", "b", "c")
    assert found.n_windows.tolist() == [(subjects == name).sum() for name in "abc"]
    assert np.isnan(found.values[2]).all()
    for name, values in zip("ab", found.values, strict=False):
        own = subjects == name
        alone = Given(noises[:, own]).explain(scene_of(network, x[own]), np.random.default_rng(0))
        np.testing.assert_allclose(values, alone.values, atol=1e-5)
    whole = Given(noises).explain(scene_of(network, x), np.random.default_rng(0))
    assert whole.by_subject is None
