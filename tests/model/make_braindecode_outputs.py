"""Make braindecode_outputs.npz: what braindecode 1.8.1 answers to seeded weights and windows.

Run it in an environment of its own: python -m venv V; V/bin/pip install torch==2.13.0;
V/bin/pip install braindecode==1.8.1; if importing torchaudio fails, move its lib/*.so aside (its compiled part is for
another torch, and is not needed); V/bin/python tests/model/make_braindecode_outputs.py
"""

from pathlib import Path

import numpy as np
import torch

OUTPUTS = Path(__file__).with_name("braindecode_outputs.npz")
N_OUTPUTS = 8
CASES = {
    "padded": {"n_channels": 2, "n_times": 3000, "sfreq": 100.0, "padded": True},
    "padded_one_channel": {"n_channels": 1, "n_times": 3000, "sfreq": 100.0, "padded": True},
    "padded_128_hz": {"n_channels": 3, "n_times": 1280, "sfreq": 128.0, "padded": True},
    "unpadded": {"n_channels": 2, "n_times": 3000, "sfreq": 100.0, "padded": False},
}


def fill(model: torch.nn.Module) -> None:
    """Give weights and running statistics seeded values; order and shapes decide, names do not."""
    rng = np.random.default_rng(87)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                numbers = rng.normal(size=tuple(value.shape)).astype(np.float32) * 0.3
                value.copy_(torch.from_numpy(np.abs(numbers) + 0.5 if name.endswith("running_var") else numbers))


def answers(model: torch.nn.Module, n_channels: int, n_times: int) -> dict[str, np.ndarray]:
    """Return outputs with running and with batch statistics, and the latter's gradient at some samples."""
    x = torch.from_numpy(np.random.default_rng(88).normal(size=(3, n_channels, n_times)).astype(np.float32))
    running = model.eval()(x).detach().numpy()
    batch = model.train()(x.requires_grad_())
    batch.square().sum().backward()
    return {"eval": running, "train": batch.detach().numpy(), "gradient": x.grad[..., ::250].numpy()}


def main() -> None:
    """Run every case through braindecode's model."""
    from braindecode.models import SleepStagerChambon2018

    stored = {}
    for case, form in CASES.items():
        model = SleepStagerChambon2018(
            n_chans=form["n_channels"],
            n_times=form["n_times"],
            sfreq=form["sfreq"],
            n_conv_chs=16,
            pad_size_s=0.25 if form["padded"] else 0.0,
            n_outputs=N_OUTPUTS,
            drop_prob=0.0,
            apply_batch_norm=True,
        )
        fill(model)
        found = answers(model, form["n_channels"], form["n_times"])
        stored |= {f"{case}/{name}": value for name, value in found.items()}
    np.savez_compressed(OUTPUTS, **stored)
    print(f"{OUTPUTS}: {OUTPUTS.stat().st_size} bytes")


if __name__ == "__main__":
    main()
