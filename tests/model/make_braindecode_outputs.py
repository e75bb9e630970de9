"""Make braindecode_outputs.npz: outputs of braindecode 1.8.1 for seeded weights and windows.

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
    "padded": {"model": "chambon2018", "n_channels": 2, "n_times": 3000, "sfreq": 100.0},
    "padded_one_channel": {"model": "chambon2018", "n_channels": 1, "n_times": 3000, "sfreq": 100.0},
    "padded_128_hz": {"model": "chambon2018", "n_channels": 3, "n_times": 1280, "sfreq": 128.0},
    "unpadded": {"model": "stager_net", "n_channels": 2, "n_times": 3000, "sfreq": 100.0},
    "deep4": {"model": "deep4", "n_channels": 3, "n_times": 600, "sfreq": 100.0},
    "deep4_mean": {"model": "deep4_mean", "n_channels": 3, "n_times": 600, "sfreq": 100.0},
    "deep4_crops": {"model": "deep4_crops", "n_channels": 3, "n_times": 450, "sfreq": 100.0},
    "deep4_dense": {"model": "deep4_dense", "n_channels": 3, "n_times": 251, "sfreq": 100.0},
    "shallow_fbcsp": {"model": "shallow_fbcsp", "n_channels": 3, "n_times": 400, "sfreq": 100.0},
    "eegnet": {"model": "eegnet", "n_channels": 20, "n_times": 300, "sfreq": 128.0},
}


def fill(model: torch.nn.Module) -> None:
    """Set weights and running statistics to seeded values, which depend on order and shapes but not on names."""
    rng = np.random.default_rng(87)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                numbers = rng.normal(size=tuple(value.shape)).astype(np.float32) * 0.3
                value.copy_(torch.from_numpy(np.abs(numbers) + 0.5 if name.endswith("running_var") else numbers))


def answers(model: torch.nn.Module, n_channels: int, n_times: int) -> dict[str, np.ndarray]:
    """Return outputs with running and with batch statistics, and the latter's gradient at some samples.

    Outputs at several steps of time are averaged over them.
    """
    x = torch.from_numpy(np.random.default_rng(88).normal(size=(3, n_channels, n_times)).astype(np.float32))
    running = averaged(model.eval()(x)).detach().numpy()
    batch = averaged(model.train()(x.requires_grad_()))
    batch.square().sum().backward()
    return {"eval": running, "train": batch.detach().numpy(), "gradient": x.grad[..., ::250].numpy()}


def averaged(outputs: torch.Tensor) -> torch.Tensor:
    """Return the mean over time, if there is a time axis."""
    return outputs.mean(2) if outputs.ndim == 3 else outputs


def theirs(model: str, form: dict[str, float]) -> torch.nn.Module:
    """Build braindecode's model without dropout, which would make outputs random."""
    from braindecode import models

    form = {**form, "n_outputs": N_OUTPUTS, "drop_prob": 0.0}
    crops = {"filter_length_3": 5, "filter_length_4": 5, "pool_time_stride": 2, "final_conv_length": 1}
    if model in ("chambon2018", "stager_net"):
        padding_s = 0.25 if model == "chambon2018" else 0.0
        return models.SleepStagerChambon2018(**form, n_conv_chs=16, pad_size_s=padding_s, apply_batch_norm=True)
    if model == "eegnet":
        return models.EEGNet(**form)
    if model == "shallow_fbcsp":
        return models.ShallowFBCSPNet(**form)
    if model == "deep4_mean":
        made = models.Deep4Net(**form, first_pool_mode="mean", later_pool_mode="mean")
        made.apply(lambda layer: setattr(layer, "_pool_weights", None))  # made in inference mode, they know no gradient
        return made
    made = models.Deep4Net(**form, **({} if model == "deep4" else crops))
    if model == "deep4_dense":
        made.to_dense_prediction_model()
    return made


def main() -> None:
    """Run every case through braindecode's model."""
    stored = {}
    for case, facts in CASES.items():
        n_channels, n_times = facts["n_channels"], facts["n_times"]
        model = theirs(facts["model"], {"n_chans": n_channels, "n_times": n_times, "sfreq": facts["sfreq"]})
        fill(model)
        stored |= {f"{case}/{name}": value for name, value in answers(model, n_channels, n_times).items()}
    np.savez_compressed(OUTPUTS, **stored)
    print(f"{OUTPUTS}: {OUTPUTS.stat().st_size} bytes")


if __name__ == "__main__":
    main()
