"""The networks of the Dreem Open Datasets have the published sizes."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from forms import form_of, windows_of
from options import CONF, node_of
from torch import nn

from eegbench.config import Spec
from eegbench.model.base import Encoder
from eegbench.model.build import build_encoder
from eegbench.model.epoch_encoder.chambon import Chambon
from eegbench.model.epoch_encoder.deep_sleep import DeepSleep
from eegbench.model.epoch_encoder.seq_sleep import SeqSleep, triangular_filters
from eegbench.model.epoch_encoder.simple_sleep import SimpleSleep
from eegbench.model.epoch_encoder.tsinalis import Tsinalis
from eegbench.model.normaliser.log_spectrogram import LogSpectrogram
from eegbench.model.normaliser.standardise import Standardise
from eegbench.model.reducer.attention import Attention
from eegbench.model.reducer.flatten import Flatten
from eegbench.model.reducer.pool import Pool
from eegbench.model.sequence import SequenceEncoder
from eegbench.model.sequence.gru import Gru
from eegbench.model.sequence.residual_gru import ResidualGru
from eegbench.model.sequence.residual_lstm import ResidualLstm

CLASSES = 5


def size(*modules):
    return sum(parameter.numel() for module in modules for parameter in module.parameters())


def simple(n_channels, hidden=25, **changes):
    options = {"n_frequencies": 30, "mix_channels": True} | changes
    return SimpleSleep(shape=(n_channels, 129, 28), hidden_dim=hidden, bidirectional=True, dropout=0.5, **options)


def staged(encoder, reducer, sequence, n_features=6, features_dim=5):
    """Return the number of parameters of a network with a layer for expert features and a classifier."""
    return size(encoder, reducer, sequence, nn.Linear(n_features, features_dim), nn.Linear(sequence.out_dim, CLASSES))


def residual(in_dim, hidden=25, n_layers=2):
    return ResidualGru(in_dim=in_dim, hidden_dim=hidden, n_layers=n_layers, bidirectional=True, dropout=0.5)


def attention(dim, context):
    return Attention(dim=dim, context_dim=context)


@pytest.mark.parametrize(
    ("n_channels", "hidden", "expected"),
    [(16, 25, 111_012), (12, 25, 92_896), (1, 25, 43_242), (16, 12, 47_364), (12, 12, 38_608), (16, 50, 282_812)],
)
def test_simple_sleep_net_has_the_published_size(n_channels, hidden, expected):
    encoder = simple(n_channels, hidden)
    sequence = residual(2 * hidden + 5, hidden)
    assert staged(encoder, attention(encoder.dim, hidden), sequence) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (lambda: staged(simple(16), Pool(dim=50, kind="average"), residual(55)), 109_712),
        (lambda: staged(simple(16, mix_channels=False), attention(50, 25), residual(55)), 110_740),
        (lambda: staged(simple(16, n_frequencies=None), attention(50, 25), residual(55)), 344_712),
        (lambda: size(simple(16), attention(50, 25), residual(50), nn.Linear(50, CLASSES)), 109_977),
        (
            lambda: staged(
                simple(16),
                attention(50, 25),
                Gru(in_dim=55, hidden_dim=25, n_layers=2, bidirectional=True, dropout=0.0),
            ),
            105_662,
        ),
        (lambda: staged(simple(16), attention(50, 25), residual(55, n_layers=1)), 96_912),
    ],
    ids=["average", "no mixed channels", "all frequencies", "no features", "no layer beside", "one layer"],
)
def test_its_ablations_have_the_published_sizes(changed, expected):
    assert changed() == expected


@pytest.mark.parametrize(("n_channels", "expected"), [(16, 371_525), (12, 305_861), (1, 125_285)])
def test_seq_sleep_net_has_the_published_size(n_channels, expected):
    encoder = SeqSleep(
        shape=(n_channels, 129, 28), sfreq=100.0, hidden_dim=64, n_filters=32, bidirectional=True, dropout=0.25
    )
    sequence = Gru(in_dim=128, hidden_dim=64, n_layers=1, bidirectional=True, dropout=0.5)
    assert size(encoder, attention(128, 64), sequence, nn.Linear(128, CLASSES)) == expected
    assert encoder(torch.randn(2, n_channels, 129, 28)).shape == (2, 128, 28)


@pytest.mark.parametrize(("n_channels", "expected"), [(16, 20_480_325), (12, 20_448_325), (1, 20_360_325)])
def test_deep_sleep_net_has_the_published_size(n_channels, expected):
    encoder = DeepSleep(shape=(n_channels, 3000), sfreq=100.0, n_filters=32, dropout=0.5)
    assert encoder(torch.randn(2, n_channels, 3000)).shape == (2, 128, 18)
    reducer = Flatten(dim=encoder.dim, n_steps=encoder.n_steps)
    sequence = ResidualLstm(in_dim=reducer.out_dim, hidden_dim=512, n_layers=2, bidirectional=True, dropout=0.5)
    assert size(encoder, sequence, nn.Linear(1024, CLASSES)) == expected


@pytest.mark.parametrize(("n_channels", "expected"), [(16, 162_413), (12, 122_937), (1, 14_543)])
def test_chambons_network_has_the_published_size(n_channels, expected):
    encoder = Chambon(shape=(n_channels, 63_000), n_filters=8, kernel=65, pool=16, dropout=0.5)
    assert encoder(torch.randn(1, n_channels, 63_000)).shape == (1, 8 * n_channels, 246)
    assert size(encoder, nn.Linear(encoder.dim * encoder.n_steps, CLASSES)) == expected


@pytest.mark.parametrize(("n_channels", "expected"), [(16, 62_727_275), (12, 62_711_275), (1, 62_667_275)])
def test_tsinalis_network_has_the_published_size(n_channels, expected):
    encoder = Tsinalis(shape=(n_channels, 63_000), n_filters=20, kernel=200)
    flat = Flatten(dim=encoder.dim, n_steps=encoder.n_steps).out_dim
    assert (encoder.dim, encoder.n_steps) == (400, 3121)
    n_head = (flat + 1) * 50 + (50 + 1) * 50 + (50 + 1) * CLASSES
    assert size(encoder) + n_head == expected


@pytest.mark.parametrize(
    ("option", "sequence", "changes", "expected"),
    [
        ("simple_sleep_net", "residual_gru", {}, 111_012),
        ("seq_sleep_net", "gru", {"hidden_dim": 64, "dropout": 0.5}, 371_525),
        ("deep_sleep_net", "residual_lstm", {}, 20_480_325),
        ("mixed_net", "lstm", {"hidden_dim": 200}, 992_705),
    ],
)
def test_a_preset_with_its_sequence_encoder_has_the_published_size(option, sequence, changes, expected):
    form = form_of([f"C{i}" for i in range(16)], 100.0, 3000)
    features = {"simple_sleep_net": {"index": 1, "cycles": 5}, "mixed_net": {"bands": 288, "statistics": 35}}
    form = replace(form, features=features.get(option, {}))
    encoder = build_encoder(Spec(node_of(CONF / "model" / f"{option}.yaml"), Encoder, "model"), form)
    node = node_of(CONF / "model" / "sequence" / f"{sequence}.yaml") | changes
    after = Spec(node, SequenceEncoder, "task.sequence").build(in_dim=encoder.embed_dim)
    assert size(encoder, after, nn.Linear(after.out_dim, CLASSES)) == expected


@pytest.mark.parametrize(
    ("option", "n_channels", "expected"),
    [
        *[("chambon_context", 16, 162_413), ("chambon_context", 12, 122_937), ("chambon_context", 1, 14_543)],
        *[("tsinalis", 16, 62_727_275), ("tsinalis", 1, 62_667_275)],
    ],
)
def test_a_preset_of_one_window_of_21_sleep_epochs_has_the_published_size(option, n_channels, expected):
    preprocessing = node_of(CONF / "preprocessing" / "dreem_context.yaml")
    form = form_of([f"C{i}" for i in range(n_channels)], 100.0, round(100 * preprocessing["window_s"]))
    encoder = build_encoder(Spec(node_of(CONF / "model" / f"{option}.yaml"), Encoder, "model"), form)
    assert size(encoder, nn.Linear(encoder.embed_dim, CLASSES)) == expected


def test_parts_that_do_not_fit_their_input_say_what_to_change():
    with pytest.raises(ValueError, match="add the normaliser log_spectrogram"):
        SimpleSleep(
            shape=(2, 3000), hidden_dim=4, n_frequencies=None, mix_channels=True, bidirectional=True, dropout=0.0
        )
    with pytest.raises(ValueError, match="leave log_spectrogram out"):
        Chambon(shape=(2, 129, 28), n_filters=8, kernel=65, pool=16, dropout=0.5)
    with pytest.raises(ValueError, match="use windows of 30 s at 100 Hz"):
        DeepSleep(shape=(2, 3840), sfreq=128.0, n_filters=4, dropout=0.5)
    with pytest.raises(ValueError, match="needs windows of 599 samples or more, but these have 500"):
        Tsinalis(shape=(2, 500), n_filters=20, kernel=200)


def test_tsinalis_takes_the_shortest_window_that_it_names():
    encoder = Tsinalis(shape=(1, 599), n_filters=2, kernel=200)
    assert encoder(torch.randn(1, 1, 599)).shape == (1, 40, encoder.n_steps)


def test_the_triangles_of_the_filter_bank_are_the_published_ones():
    bank = triangular_filters(129, 32, 100.0)
    assert bank.sum() == 124.5
    assert bank.max() == 1
    assert (bank.sum(dim=1) == 0).nonzero().flatten().tolist() == [0, 128]
    assert [int(row.nonzero()[0]) for row in bank.T[:4]] == [1, 4, 8, 12]  # edges 0, 3, 7, 11


def test_a_spectrogram_holds_the_published_powers():
    spectrogram = LogSpectrogram(shape=(1, 3000), sfreq=100.0, frame_s=2.0, hop_s=1.0, floor=1e-20)
    assert spectrogram.out_shape == (1, 129, 28)
    assert (spectrogram(torch.zeros(1, 1, 3000)) == -20).all()
    for frequency, peak, value in ((9.765625, 25, math.log10(0.25)), (10.0, 26, -0.6919)):
        made = spectrogram(torch.sin(2 * math.pi * frequency * torch.arange(3000) / 100)[None, None])[0, 0]
        assert made[:, 0].argmax() == peak
        assert made[peak, 0] == pytest.approx(value, abs=1e-4)


def test_a_spectrogram_made_in_parts_is_that_of_a_short_time_fourier_transform():
    spectrogram = LogSpectrogram(shape=(16, 3000), sfreq=100.0, frame_s=2.0, hop_s=1.0, floor=1e-20)
    x = torch.randn(9, 16, 3000, generator=torch.Generator().manual_seed(0))  # more than is transformed at once
    frames = torch.stft(
        x.flatten(0, 1), 256, hop_length=100, window=spectrogram.window, center=False, return_complex=True
    )
    powers = frames.abs().square().log10().unflatten(0, (9, 16))
    torch.testing.assert_close(spectrogram(x), powers, atol=1e-4, rtol=1e-5)


def test_standardised_windows_of_train_have_mean_0_and_deviation_1_also_with_a_large_mean():
    generator = torch.Generator().manual_seed(0)
    x = 1e4 + torch.tensor([1.0, 5.0])[:, None] * torch.randn(70, 2, 50, generator=generator)
    normaliser = Standardise(shape=(2, 50), batch_moments=False)
    for part in x.split(32):
        normaliser.update(part)
    normaliser.finish()
    rows = x.double().transpose(0, 1).flatten(1)
    torch.testing.assert_close(normaliser.mean[:, 0].double(), rows.mean(1))
    torch.testing.assert_close(normaliser.deviation[:, 0].double(), rows.std(1))


def test_the_published_moments_are_averages_of_those_of_batches():
    x = torch.randn(70, 1, 50, generator=torch.Generator().manual_seed(0)) * torch.linspace(1, 3, 70)[:, None, None]
    normaliser = Standardise(shape=(1, 50), batch_moments=True)
    parts = x.split(32)  # 32, 32 and 6 windows, which count alike
    for part in parts:
        normaliser.update(part)
    normaliser.finish()
    assert normaliser.mean.item() == pytest.approx(np.mean([part.mean().item() for part in parts]))
    assert normaliser.deviation.item() == pytest.approx(np.mean([part.std().item() for part in parts]))


def test_normalisers_without_windows_of_train_are_refused():
    with pytest.raises(ValueError, match="train has no windows"):
        Standardise(shape=(1, 50), batch_moments=False).finish()


def test_an_encoder_standardises_what_the_normalisers_before_leave():
    spec = Spec(node_of(CONF / "model" / "modulo_net.yaml"), Encoder, "model")
    encoder = build_encoder(spec, form_of(("A", "B"), 100.0, 3000))
    x = 100 * torch.randn(40, 2, 3000, generator=torch.Generator().manual_seed(0))
    encoder.fit(lambda: iter([windows_of(x[:25]), windows_of(x[25:])]))
    made = x
    for normaliser in encoder.normalisers.values():
        made = normaliser(made)
    assert made.mean(dim=(0, 3)).abs().max() < 1e-4
    torch.testing.assert_close(made.std(dim=(0, 3)), torch.ones(2, 129), atol=0.01, rtol=0)
