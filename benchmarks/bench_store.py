"""A store of thousands of recordings: list them, compare them with their shards, and open the windows.

Run ``python benchmarks/bench_store.py [--n 10000] [--duration 10]`` from the repository's root. Files and shards are
made first, which is not measured; the memory is what this process took in addition. Times are the shortest of three:
when the shards were compared with their checksums before, and when their files are read for it.
"""

import argparse
import resource
import tempfile
from pathlib import Path

import mne
import numpy as np
import torch
from side_by_side import composed, count, seconds

from eegbench.config import build
from eegbench.dataset import Card, Dataset
from eegbench.preprocessing import Preprocessing
from eegbench.preprocessing.build import plan_shards
from eegbench.preprocessing.open import open_store
from eegbench.store import write_shard
from eegbench.store.base import ShardStorage
from eegbench.store.integrity import COMPARED
from eegbench.store.shard import GroupHeader, ShardHeader
from eegbench.types import Recording

SFREQ = 100.0


class Many(Dataset):
    """Files that hold noise."""

    def __init__(self, folder: Path, duration_s: int) -> None:
        self.card = Card("", "", "", 1, 1, SFREQ, ("A", "B"))
        self.labels = {"left": "left", "right": "right"}
        self.ignored, self.on_bad_recording = (), "raise"
        self.folder, self.duration_s = folder, duration_s

    @property
    def source(self) -> str:
        """The folder."""
        return str(self.folder)

    def recordings(self) -> list[Recording]:
        """List the files."""
        return [Recording(path.stem, path.stem, "1", path) for path in sorted(self.folder.iterdir())]

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":  # noqa: ARG002
        """Return zeros: only their size is looked at, before the shards are made."""
        info = mne.create_info(list(self.card.channels), SFREQ, "eeg")
        return mne.io.RawArray(np.zeros((2, round(SFREQ) * self.duration_s)), info, verbose="ERROR")


def main() -> None:
    """Make the files and their shards, open them, and print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=count, default=10_000, help="recordings")
    parser.add_argument("--duration", type=count, default=10, help="duration of each in seconds")
    n, duration_s = (given := parser.parse_args()).n, given.duration
    with tempfile.TemporaryDirectory() as folder:
        dataset, preprocessing, storage = made(Path(folder), n, duration_s)
        size = sum(path.stat().st_size for path in storage.shards.rglob("*.npy"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        usual, full = [], []
        for _ in range(3):
            usual.append(seconds(lambda: opened(dataset, preprocessing, storage, n)))
            for record in storage.shards.glob(f"*/{COMPARED}"):
                record.unlink()
            full.append(seconds(lambda: opened(dataset, preprocessing, storage, n)))
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"{n:,} recordings listed, compared with their shards and opened in {min(usual):.2f} s, with {more:,.0f} MB "
        f"more; in {min(full):.2f} s if the {size / 1e6:,.0f} MB of all shards are compared with their checksums"
    )


def made(folder: Path, n: int, duration_s: int) -> tuple[Many, Preprocessing, ShardStorage]:
    """Make the files and their shards."""
    (folder / "set").mkdir()
    rng = np.random.default_rng(0)
    for number in range(n):
        (folder / "set" / f"r{number:06d}.edf").write_bytes(rng.bytes(4000))
    options = composed(f"paths.outputs={folder}", "preprocessing.window_s=2")
    dataset = Many(folder / "set", duration_s)
    preprocessing = build(options["preprocessing"], Preprocessing)
    storage = build(options["store"], ShardStorage)
    signal = rng.standard_normal((2, round(SFREQ) * duration_s)).astype(np.float32)
    quality = np.stack([np.full((2, duration_s), value) for value in (-20.0, 20.0, 0.0)])
    nowhere = ((float("nan"),) * 3,) * 2
    rates = {"A": SFREQ, "B": SFREQ}
    group = GroupHeader(("A", "B"), SFREQ, signal.shape[1], nowhere, ("eeg", "eeg"), (0.0, 0.0), (1.0, 1.0), rates)
    labels = tuple((2.0 * i, 2.0, ("left", "right")[i % 2]) for i in range(5))
    for job in plan_shards(dataset, preprocessing, dataset.recordings(), storage).jobs:
        header = ShardHeader(job.recording.id, {"eeg": group}, 0.0, labels, {"A": 20.0, "B": 20.0})
        write_shard(job.folder, header=header, signals={"eeg": signal}, quality=quality)
    return dataset, preprocessing, storage


def opened(dataset: Many, preprocessing: Preprocessing, storage: ShardStorage, n: int) -> None:
    """List, compare and open, as a run does."""
    plan = plan_shards(dataset, preprocessing, dataset.recordings(), storage)
    store = open_store(plan, dataset, preprocessing, storage, torch.device("cpu")).store
    assert set(store.table["shard"]) == set(range(n))


if __name__ == "__main__":
    main()
