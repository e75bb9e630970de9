"""One iteration of amplitude perturbation, beside the network's forward pass alone and the published steps in NumPy.

Run ``python benchmarks/bench_perturbation.py [--n 4268] [--device cuda]`` from the repository's root. The protocol is
the published tutorial's: crops of 64 channels and 450 samples, and Deep4 at every shift. In turn: the network over all
crops; our iteration without and with 200 permutations; the published iteration with its parts, in NumPy's double
precision on the host and with the same network. Crops are white noise, on which all of them take as long.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from side_by_side import composed, count, device_type, ratios, seconds, shown
from torch import nn

from eegbench.config import build
from eegbench.environment import keep_freed_memory
from eegbench.interpretability.amplitude_perturbation import AmplitudePerturbation
from eegbench.interpretability.base import Scene
from eegbench.model.base import SignalEncoder
from eegbench.types import Group

ROOT = Path(__file__).resolve().parents[1]
N_CHANNELS, N_TIMES, SFREQ = 64, 450, 160.0
TUTORIAL = {"kernels": [10, 10, 5, 5], "pool_stride": 2, "stride_before_pool": True, "final_length": 1, "dense": True}
REPEATS = 5


def network() -> nn.Module:
    """Return the tutorial's Deep4 with a head of two classes, in evaluation mode."""
    spec = composed("model=deep4")["model"] | TUTORIAL
    encoder = build(spec, SignalEncoder, n_channels=N_CHANNELS, n_times=N_TIMES, sfreq=SFREQ)
    return Decoder(encoder).eval()


class Decoder(nn.Module):
    """An encoder of tensors with a head of two classes."""

    def __init__(self, encoder: SignalEncoder) -> None:
        super().__init__()
        self.encoder, self.head = encoder, nn.Linear(encoder.embed_dim, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return scores."""
        scores: torch.Tensor = self.head(self.encoder.embed(x))
        return scores


def scene_on(device: str, n: int) -> Scene:
    """Return crops of noise that lie on the device."""
    crops = torch.from_numpy(np.random.default_rng(0).standard_normal((n, N_CHANNELS, N_TIMES), np.float32)).to(device)
    names = tuple(f"E{i}" for i in range(N_CHANNELS))
    group = Group(names, SFREQ, N_TIMES, np.full((N_CHANNELS, 3), np.nan))
    return Scene(network().to(device), lambda part: crops[part], np.full(n, -1), ("left", "right"), group)


def forward(scene: Scene) -> torch.Tensor:
    """Return the scores of all crops."""
    return torch.cat([batch.scores(batch.x) for batch in scene.batches()])


def iterations(scene: Scene, n_permutations: int) -> Iterator[torch.Tensor]:
    """Return our iterations, the first of which is over: what is done once is done by then."""
    method = AmplitudePerturbation(
        kind="additive", n_iterations=10**6, scale=0.2, unit="bin_std", layer=None, n_permutations=n_permutations
    )
    there = method._iterations(scene, lambda scores, x: scores(x), np.random.default_rng(0))
    next(there)
    return there


class Published:
    """The published iteration, whose parts are timed."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.rng = scene, np.random.RandomState(0)
        self.parts: dict[str, list[float]] = {}
        crops = torch.cat([batch.x for batch in scene.batches()]).cpu().numpy().astype(np.float64)
        spectrum = np.fft.rfft(crops, axis=2)
        self.amplitude, self.phase = np.abs(spectrum), np.angle(spectrum)
        self.before = forward(scene).cpu().numpy()

    def iteration(self) -> None:
        """Perturb all crops, then predict them, then correlate."""
        noise = self._part("noise", lambda: self.rng.normal(size=self.amplitude.shape).astype(np.float32))
        amplitude = self._part("clipping", lambda: np.maximum(self.amplitude + noise, 0))
        spectrum = self._part("polar to complex", lambda: amplitude * np.exp(1j * self.phase))
        crops = self._part("inverse transform", lambda: np.fft.irfft(spectrum, n=N_TIMES, axis=2).astype(np.float32))
        after = self._part("network", lambda: self._predict(crops))
        self._part("correlation", lambda: self._correlate(amplitude - self.amplitude, after - self.before))

    def _part(self, name: str, work: Callable[[], np.ndarray]) -> np.ndarray:
        began = time.perf_counter()
        made = work()
        self.parts.setdefault(name, []).append(time.perf_counter() - began)
        return made

    def _predict(self, crops: np.ndarray) -> np.ndarray:
        device = self.scene.device
        batches = (torch.from_numpy(crops[part]).to(device) for part in self.scene.parts())
        return np.concatenate([self.scene.network(x).cpu().numpy() for x in batches])

    def _correlate(self, effect: np.ndarray, change: np.ndarray) -> np.ndarray:
        effect, change = effect - effect.mean(0), change - change.mean(0)
        covariance = np.tensordot(effect, change, (0, 0)) / len(effect)
        return covariance / (effect.std(0)[..., None] * change.std(0))


@torch.no_grad()
def main() -> None:
    """Print seconds, and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=count, default=4268)
    parser.add_argument("--device", type=device_type, default="auto")
    options = parser.parse_args()
    keep_freed_memory()  # as runs do
    scene = scene_on(options.device, options.n)
    plain, shuffled, published = iterations(scene, 0), iterations(scene, 200), Published(scene)
    works: dict[str, Callable[[], object]] = {
        "network alone": lambda: forward(scene),
        "eegbench": lambda: next(plain),
        "eegbench, 200 permutations": lambda: next(shuffled),
        "published, NumPy": published.iteration,
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(REPEATS):
        for name, work in works.items():
            taken[name].append(seconds(work, options.device))
    print(f"{options.n} crops of {N_CHANNELS} x {N_TIMES} on {options.device}, {torch.get_num_threads()} threads")
    print(f"{'s an iteration, median [low, high]':36} {'':26} {'times the network':26} times faster than published")
    for name, values in taken.items():
        floor = shown(ratios(values, taken["network alone"], more_is_better=True))
        faster = shown(ratios(values, taken["published, NumPy"], more_is_better=False))
        print(f"{name:36} {shown(values):26} {floor:26} {faster}")
    for name, values in published.parts.items():
        print(f"{'  of these: ' + name:36} {shown(values)}")
    if not torch.cuda.is_available():
        print("no GPU here: its part is skipped")


if __name__ == "__main__":
    main()
