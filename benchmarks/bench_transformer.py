"""A training step of model=eeg_transformer, beside eeg-transformer's published loop and the arithmetic it needs.

Run ``python benchmarks/bench_transformer.py`` from the repository's root, with nothing else running. Windows of 61
channels and 320 samples at 160 Hz come in batches of 64, and are low-pass filtered at 30 Hz. The published loop designs
and applies the filter to every window each time that it is used, in float64, and computes attention in steps that keep
its weights. It filters all 64 channels, and leaves three out afterwards. eegbench filters the recording once, before
training, and a step takes windows out of it. Both are measured in turn. Then: a forward pass with attention recorded
beside one without, and the memory that the maps of 5,000 windows need.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable

import mne
import numpy as np
import torch
from side_by_side import ratios, seconds, shown
from torch import Tensor, nn

from eegbench.environment import keep_freed_memory
from eegbench.interpretability import Scene
from eegbench.interpretability.attention_rollout import AttentionRollout
from eegbench.model.attention import SelfAttention, record_attention
from eegbench.model.eeg_transformer import EegTransformer
from eegbench.store.windows import Windows
from eegbench.types import Form, Group

BATCH, N_CHANNELS, N_TIMES, SFREQ = 64, 61, 320, 160.0
N_LEFT_OUT, N_EXPLAINED = 3, 5000
OPTIONS = {
    "crop_s": None,
    "n_chunks": 1,
    "dim": 128,
    "n_layers": 5,
    "n_heads": 8,
    "hidden_dim": 64,
    "positions": "learned",
    "n_positions": None,
    "batch_norm": True,
    "dropout": 0.0,
    "token_dropout": 0.1,
    "shuffle": "none",
}
GROUP = Group(tuple(f"C{i}" for i in range(N_CHANNELS)), SFREQ, N_TIMES, np.full((N_CHANNELS, 3), np.nan))


class Classifier(nn.Module):
    """The transformer and its head."""

    def __init__(self, *, upstream_compat: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.encoder = EegTransformer(form=Form({"eeg": GROUP}, "none"), **OPTIONS, upstream_compat=upstream_compat)
        self.head = nn.Linear(64, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Return class scores."""
        return torch.as_tensor(self.head(self.encoder(Windows({"eeg": x}))))


def published_filter(window: np.ndarray) -> np.ndarray:
    """Design the low pass, and apply it to a window in float64."""
    filtered = mne.filter.filter_data(window.T.astype(np.float64), SFREQ, None, 30.0, verbose="ERROR")
    return np.asarray(filtered.T, dtype=np.float32)


def published_step(windows: np.ndarray, labels: Tensor) -> Callable[[], None]:
    """Return the published step: filter one by one, stack, add noise, keep attention, decay all parameters."""
    model = Classifier(upstream_compat=True).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.3, foreach=False, fused=False)
    layers = [one for one in model.modules() if isinstance(one, SelfAttention)]

    def step() -> None:
        filtered = torch.stack([torch.from_numpy(published_filter(one)) for one in windows])
        x = filtered[:, :, :N_CHANNELS].transpose(1, 2).contiguous()
        x = x + 0.2 * x.std() * torch.randn_like(x)
        for layer in layers:
            layer.record = []
        optimise(optimiser, nn.functional.cross_entropy(model(x), labels))

    return step


def our_step(recording: Tensor, starts: Tensor, labels: Tensor) -> Callable[[], None]:
    """Return our step: gather windows of the filtered recording, add noise, and train."""
    model = Classifier(upstream_compat=False).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0.3, fused=True)
    inside = torch.arange(N_TIMES)

    def step() -> None:
        x = recording[:, starts[:, None] + inside].transpose(0, 1).contiguous()
        x = x + 0.2 * x.std(2, keepdim=True) * torch.randn_like(x)
        optimise(optimiser, nn.functional.cross_entropy(model(x), labels))

    return step


def optimise(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    """Do a step of the optimiser."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


def operations() -> int:
    """Count the multiplications and additions of a step: each layer forward, and twice as many backward.

    The last layer needs the keys and values of all tokens, and everything else of the class token alone.
    """
    n, d = 1 + round(N_CHANNELS * 0.9), 128
    layer = n * d * 4 * d + 2 * n * n * d + 2 * n * d * 2 * d
    last = n * d * 2 * d + 2 * n * d + d * 2 * d + 2 * d * 2 * d
    return 3 * 2 * BATCH * (4 * layer + last + n * N_TIMES * d)


def main() -> None:
    """Print milliseconds, ratios and megabytes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    keep_freed_memory()
    rng = np.random.default_rng(0)
    recording = (20 * rng.standard_normal((N_CHANNELS, 64 * N_TIMES))).astype(np.float32)
    starts = torch.arange(BATCH) * N_TIMES
    windows = np.stack([recording[:, start : start + N_TIMES].T for start in starts.tolist()])
    recorded_windows = np.concatenate([windows, windows[:, :, :N_LEFT_OUT]], axis=2)
    labels = torch.arange(BATCH) % 2
    filtered = torch.from_numpy(mne.filter.filter_data(recording.astype(float), SFREQ, None, 30.0, verbose="ERROR"))
    network = Classifier(upstream_compat=False).eval()
    x = torch.from_numpy(windows).transpose(1, 2).contiguous()
    square = torch.randn(2048, 2048)
    works: dict[str, Callable[[], object]] = {
        "published loop": published_step(recorded_windows, labels),
        "of it, filters": lambda: [published_filter(one) for one in recorded_windows],
        "eegbench": our_step(filtered.float(), starts, labels),
        "forward": lambda: forward(network, x),
        "forward, recorded": lambda: recorded(network, x),
        "matrix product": lambda: square @ square,
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for repeat in range(repeats + 2):
        for name, work in works.items():
            once = seconds(work)
            if repeat > 1:
                taken[name].append(1e3 * once)
    rate = 2 * 2048**3 / statistics.median(taken.pop("matrix product")) * 1e3
    floor = 1e3 * operations() / rate
    print(f"{BATCH} windows of {N_CHANNELS} x {N_TIMES}, {torch.get_num_threads()} threads")
    print(f"{operations() / 1e9:.1f} GFLOP a step at {rate / 1e9:,.0f} GFLOP/s: a floor of {floor:.3g} ms")
    for name, values in taken.items():
        print(f"{name:20} {shown(values)} ms")
    ours, published = taken["eegbench"], taken["published loop"]
    print(f"eegbench is {shown(ratios(ours, published, more_is_better=False))} times faster than the published loop")
    print(f"and takes {statistics.median(ours) / floor:.2f} times the floor")
    kept = ratios(taken["forward"], taken["forward, recorded"], more_is_better=False)
    print(f"recording takes {shown(kept)} times a forward pass")
    explain(network, rng)


def forward(network: nn.Module, x: Tensor) -> None:
    """Do a forward pass."""
    with torch.no_grad():
        network(x)


def recorded(network: nn.Module, x: Tensor) -> None:
    """Do a forward pass that records attention."""
    with torch.no_grad(), record_attention(network) as attention:
        network(x)
        attention.take()


def explain(network: nn.Module, rng: np.random.Generator) -> None:
    """Print what the maps of many windows need."""
    x = torch.from_numpy(rng.standard_normal((N_EXPLAINED, N_CHANNELS, N_TIMES), dtype=np.float32))
    scene = Scene(network, x.__getitem__, np.arange(N_EXPLAINED) % 2, ("a", "b"), GROUP)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    method = AttentionRollout(weighting="attention", heads="mean", only_correct=False, min_confidence=0.0)
    method.explain(scene, rng)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    print(f"maps of {N_EXPLAINED:,} windows: {time.perf_counter() - began:.1f} s, {grown:,.0f} MB more at the most")


if __name__ == "__main__":
    main()
