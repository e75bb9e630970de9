"""Simulated windows of which it is known where the classes differ, and a small network that learns to tell them.

Windows are pink noise. In class 1, rhythms of 8 to 12 Hz are larger in three channels, and nothing else differs. Noise
that all channels share makes a harder case: a network then does well to subtract channels that tell nothing of the
class, and a map of what it uses may show them too (Haufe et al. 2014, doi:10.1016/j.neuroimage.2013.10.067).
"""

from dataclasses import dataclass

import numpy as np
import torch
from forms import group_of
from options import CONF, node_of, shipped
from torch import nn

from eegbench.config import build
from eegbench.interpretability.base import Attribution, Method, Scene
from eegbench.interpretability.recovery import by_channel, by_place, rank_auc
from eegbench.model.base import SignalEncoder

N_CHANNELS, N_TIMES, SFREQ = 16, 256, 128.0
CHANNELS = (2, 7, 12)
BAND_HZ = (8.0, 12.0)
NEEDS_ATTENTION = {"attention_rollout"}
"""Methods that explain transformers only, and not the network here; tests of their own have a known truth."""
IN_TIME_ALONE = {"grad_cam"}
"""Methods whose map has neither channels nor frequencies, and here the classes differ in nothing else."""
GAIN = 1.6
"""Of the rhythm's amplitude in class 1."""


@dataclass(frozen=True)
class Case:
    """A network that was trained on windows, and others to explain it on."""

    scene: Scene
    accuracy: float


class LogPower(SignalEncoder):
    """Filters over channels, then over time; square, mean, logarithm: as a shallow FBCSP network has it.

    References
    ----------
    Schirrmeister et al. 2017, doi:10.1002/hbm.23730.
    """

    def __init__(self, n_filters: int, kernel: int):
        super().__init__()
        self.embed_dim = n_filters
        self.space = nn.Conv1d(N_CHANNELS, n_filters, 1, bias=False)
        self.time = nn.Conv1d(n_filters, n_filters, kernel, groups=n_filters, bias=False)
        self.norm = nn.BatchNorm1d(n_filters)

    def features(self, x):
        return self.norm(self.time(self.space(x))).square().transpose(1, 2)

    def embed(self, x):
        return self.features(x).transpose(1, 2).mean(2).clamp_min(1e-6).log()

    def first_filters(self):
        return self.space.weight * self.time.weight


class PowerNet(nn.Module):
    """A linear head on the logarithms of powers."""

    def __init__(self, n_filters: int = 16, kernel: int = 33):
        super().__init__()
        self.encoder = LogPower(n_filters, kernel)
        self.head = nn.Linear(n_filters, 2)

    def forward(self, x):
        return self.head(self.encoder.embed(x))


def windows(n: int, shared: float, rng: np.random.Generator) -> tuple[torch.Tensor, np.ndarray]:
    """Return windows with a standard deviation of about 1, and their labels.

    ``shared`` is the amplitude of the noise that all channels share; each channel's own has 1.
    """
    freqs = np.fft.rfftfreq(N_TIMES, 1 / SFREQ)
    labels = rng.permutation(np.arange(n) % 2)
    own, common = (_pink(n, rows, freqs, rng) for rows in (N_CHANNELS, 1))
    rhythm = np.ix_(labels == 1, CHANNELS, in_truth(freqs))
    own[rhythm] *= GAIN
    x = np.fft.irfft(own + shared * common, n=N_TIMES)
    return torch.from_numpy((x / x.std()).astype(np.float32)), labels


def _pink(n: int, n_rows: int, freqs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    shape = (n, n_rows, len(freqs))
    return (rng.normal(size=shape) + 1j * rng.normal(size=shape)) / np.sqrt(np.maximum(freqs, freqs[1]))


def in_truth(freqs: np.ndarray) -> np.ndarray:
    return (freqs >= BAND_HZ[0]) & (freqs <= BAND_HZ[1])


def case(seed: int, shared: float = 0.0, n_train: int = 1024, n_explained: int = 256, n_passes: int = 15) -> Case:
    """Train a network, and return it before windows that it was not trained on."""
    rng = np.random.default_rng(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = PowerNet()
    fit(network, *windows(n_train, shared, rng), n_passes, rng)
    x, labels = windows(n_explained, shared, rng)
    group = group_of([f"C{i}" for i in range(N_CHANNELS)], SFREQ, N_TIMES)
    scene = Scene(network.eval(), x.__getitem__, labels, ("rest", "rhythm"), group)
    with torch.no_grad():
        accuracy = float((network(x).argmax(1).numpy() == labels).mean())
    return Case(scene, accuracy)


def fit(network: nn.Module, x: torch.Tensor, labels: np.ndarray, n_passes: int, rng: np.random.Generator) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01, weight_decay=0.01)
    targets = torch.from_numpy(labels)
    for _ in range(n_passes):
        for rows in torch.from_numpy(rng.permutation(len(x))).split(64):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(x[rows]), targets[rows]).backward()
            optimiser.step()


def methods() -> dict[str, Method]:
    """Return every method that is shipped and explains any network, with its options as shipped."""
    names = [
        name for name in shipped("interpretability", NEEDS_ATTENTION, IN_TIME_ALONE) if name not in NEEDS_ATTENTION
    ]
    return {name: build(node_of(CONF / "interpretability" / f"{name}.yaml"), Method) for name in names}


def channel_auc(attribution: Attribution) -> float | None:
    """Return how well a map tells the channels of the truth; None where it has no channels."""
    if len(attribution.channels) == 1:
        return None
    return rank_auc(by_channel(attribution), np.isin(np.arange(N_CHANNELS), CHANNELS))


def frequency_auc(attribution: Attribution) -> float | None:
    """Return how well a map tells the frequencies of the truth, or its band; None where it has none."""
    if attribution.axis == "time_s":
        return None
    if attribution.bands_hz is None:
        return rank_auc(by_place(attribution), in_truth(attribution.places))
    low, high = attribution.bands_hz[np.isfinite(attribution.bands_hz[:, 1])].T
    return rank_auc(by_place(attribution)[: len(low)], (low <= BAND_HZ[0]) & (high >= BAND_HZ[1]))
