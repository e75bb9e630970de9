"""One training step of the 16-filter Chambon encoder, beside the arithmetic that it cannot do without.

Run ``python benchmarks/bench_step.py [--device cuda]`` from the repository's root. In turn: the layers one after the
other as published, ours in float32, ours in bf16. The floor is the larger of two times: the step's floating-point
operations over the rate of a large float32 matrix product, and the bytes that it must move over the rate of a large
copy, both measured in the same run.
"""

import argparse
import statistics
from collections.abc import Callable

import torch
from side_by_side import device_type, ratios, seconds, shown, tell_gpu
from torch import nn

from eegbench.environment import keep_freed_memory, multiplies_bf16
from eegbench.model.chambon2018 import Chambon2018

N_WINDOWS, N_CHANNELS, N_TIMES = 256, 2, 3000
REPEATS = 9


class LayerByLayer(nn.Module):
    """The same encoder as its papers draw it."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(1, N_CHANNELS, (N_CHANNELS, 1))
        rounds = [
            [nn.Conv2d(n, 16, (1, 50), padding=(0, 25)), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d((1, 13))]
            for n in (1, 16)
        ]
        self.rest = nn.Sequential(*rounds[0], *rounds[1], nn.Flatten(), nn.Linear(544, 100))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return embeddings."""
        out: torch.Tensor = self.rest(self.mix(x.unsqueeze(1)).transpose(1, 2))
        return out


def operations() -> int:
    """Count a step's multiplications and additions: each layer forward, and twice as many backward."""
    first = 16 * N_CHANNELS * 3001 * 50
    second = 16 * 16 * N_CHANNELS * 231 * 50
    return 3 * 2 * N_WINDOWS * (N_CHANNELS**2 * N_TIMES + first + second + 544 * 100)


def traffic() -> int:
    """Count the bytes that a step must move: windows once forward and once back, what pools keep written and read."""
    kept = 16 * N_CHANNELS * (3001 // 13 + 231 // 13) + 100
    return 4 * N_WINDOWS * (2 * N_CHANNELS * N_TIMES + 4 * kept)


def step(model: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, dtype: torch.dtype) -> Callable[[], None]:
    """Return a step without its optimiser, which takes a thousandth of it."""

    def run() -> None:
        with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            out = model(x)
        out.float().square().mean().backward()

    return run


def main() -> None:
    """Print milliseconds, and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", type=device_type, default="auto")
    device = parser.parse_args().device
    keep_freed_memory()  # as runs do
    torch.manual_seed(0)
    x = torch.randn(N_WINDOWS, N_CHANNELS, N_TIMES, device=device)
    form = {"n_channels": N_CHANNELS, "n_times": N_TIMES, "sfreq": 100.0}
    ours = Chambon2018(**form, n_filters=16, embed_dim=100, dropout=0.0, batch_norm=True).to(device)
    square = torch.randn(2048, 2048, device=device)
    source, target = (torch.zeros(2**26, device=device) for _ in range(2))
    works: dict[str, Callable[[], object]] = {
        "layer by layer, float32": step(LayerByLayer().to(device), x, torch.float32),
        "eegbench, float32": step(ours.embed, x, torch.float32),
        "eegbench, bf16": step(ours.embed, x, torch.bfloat16),
        "matrix product": lambda: square @ square,
        "copy": lambda: target.copy_(source),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for repeat in range(REPEATS + 2):
        for name, work in works.items():
            once = seconds(work, device)
            if repeat > 1:
                taken[name].append(1e3 * once)
    rate = 2 * 2048**3 / statistics.median(taken.pop("matrix product")) * 1e3
    bandwidth = 2 * 4 * 2**26 / statistics.median(taken.pop("copy")) * 1e3  # read and written
    arithmetic, memory = 1e3 * operations() / rate, 1e3 * traffic() / bandwidth
    floor = max(arithmetic, memory)
    reference = taken["layer by layer, float32"]
    print(f"{N_WINDOWS} windows of {N_CHANNELS} x {N_TIMES} on {device}; instructions for bf16: {multiplies_bf16()}")
    print(f"{operations() / 1e9:.1f} GFLOP at {rate / 1e9:,.0f} GFLOP/s (float32): {arithmetic:.3g} ms")
    print(f"{traffic() / 1e6:.1f} MB at {bandwidth / 1e9:,.0f} GB/s: {memory:.3g} ms; a floor of {floor:.3g} ms")
    print(f"{'ms, median [lowest, highest]':28} {'':24} {'times faster':24} times the floor")
    for name, values in taken.items():
        faster = shown(ratios(values, reference, more_is_better=False))
        print(f"{name:28} {shown(values):24} {faster:24} {statistics.median(values) / floor:.1f}")
    tell_gpu()


if __name__ == "__main__":
    main()
