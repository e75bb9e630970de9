"""Import of the published weights of SimpleSleepNet: logits, and errors for other files."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from eegbench.config import ConfigError
from eegbench.inference.dreem_import import import_dreem
from eegbench.inference.network import load_network
from eegbench.store.windows import Windows
from eegbench.types import Padding

NAME = "dodh_simple_sleep_net"

EXPECTED = [
    [-2.9274, -2.6292, 2.7591, 3.5775, -2.7463],
    [-2.2406, -3.2010, 2.0708, 5.5808, -3.5275],
    [-2.3575, -2.6277, 2.3750, 2.8749, -2.3304],
]
"""Return the logits of epochs 0, 10 and 20 computed by the published code."""


def published_input() -> Windows:
    epochs, channels, times = np.ogrid[0:21, 0:16, 0:3000]
    turned = 2 * np.pi * times / 100
    x = 30 * np.sin((2 + channels) * turned + 0.1 * epochs) + 40 * np.sin(turned)
    at = 100.0 + np.arange(21)[:, None]
    features = {"index": at / 1200, "cycles": np.cos(np.pi * at / np.array([10, 30, 60, 90, 120]))}
    return Windows({"eeg": torch.tensor(x).float()}, None, {k: torch.tensor(v).float() for k, v in features.items()})


def print_logits(folder: Path) -> None:
    """Print the logits of all epochs, as JSON."""
    network = load_network(folder)
    with torch.no_grad():
        z = network.embed(published_input())
        sys.stdout.write(json.dumps(network.scores(z[None], torch.ones(1, 21, dtype=torch.bool))[0].tolist()))


@pytest.fixture
def files(shared_data, tmp_path: Path) -> Path:
    """Copies of the published weights and of their JSON file."""
    for suffix in (".safetensors", ".json"):
        shutil.copy(shared_data / "dreem-weights" / f"{NAME}{suffix}", tmp_path)
        (tmp_path / f"{NAME}{suffix}").chmod(0o644)
    return tmp_path / f"{NAME}.safetensors"


@pytest.mark.slow
@pytest.mark.realdata
def test_the_saved_network_gives_the_published_logits(files: Path, tmp_path: Path):
    import_dreem(files, tmp_path / "network")
    assert load_network(tmp_path / "network").description.form.padding == Padding(30, 0.0)  # 900 s of zeros
    # The spectrogram of a pure sine is rounding error between its peaks. MKL rounds alike on all processors only in
    # this mode, which is read when a process starts.
    command = [sys.executable, __file__, str(tmp_path / "network")]
    ran = subprocess.run(command, env=os.environ | {"MKL_CBWR": "COMPATIBLE"}, check=True, capture_output=True)
    logits = torch.tensor(json.loads(ran.stdout))
    torch.testing.assert_close(logits[[0, 10, 20]], torch.tensor(EXPECTED), atol=0.02, rtol=0)
    assert logits.sum().item() == pytest.approx(-34.13, abs=0.2)
    with pytest.raises(FileExistsError, match="name another folder"):
        import_dreem(files, tmp_path / "network")


@pytest.mark.realdata
def test_other_files_are_refused_and_nothing_is_written(files: Path, tmp_path: Path):
    facts = json.loads(files.with_suffix(".json").read_text())
    for key, value in (("net_params", {}), ("groups", []), ("normalization_parameters", {"signals": []})):
        files.with_suffix(".json").write_text(json.dumps(facts | {key: value}))
        with pytest.raises(ConfigError, match="not the weights of a published SimpleSleepNet"):
            import_dreem(files, tmp_path / "network")
    files.with_suffix(".json").write_text(json.dumps(facts))
    weights = load_file(files)
    weights["classifier.weight"] = weights["classifier.weight"][:4]
    save_file(weights, files)
    with pytest.raises(ConfigError, match="these weights do not fit the model"):
        import_dreem(files, tmp_path / "network")
    files.write_bytes(b"no weights")
    with pytest.raises(ConfigError, match="not the weights of a published SimpleSleepNet"):
        import_dreem(files, tmp_path / "network")
    assert not (tmp_path / "network").exists()


if __name__ == "__main__":
    print_logits(Path(sys.argv[1]))
