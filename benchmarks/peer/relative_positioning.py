"""The same job as braindecode and skorch do it: what the README's ratios are measured against.

Written after the protocol of braindecode's relative-positioning tutorial, for nights in a folder of EDF files. It runs
in an environment of its own (``make bench-peer-env``) and prints one line of JSON: seconds of each part, and scores.
"""

import time

START = time.perf_counter()

import argparse
import json
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import mne
import numpy as np
import torch
from braindecode import EEGClassifier
from braindecode.datasets import BaseConcatDataset, RawDataset
from braindecode.models import SleepStagerChambon2018
from braindecode.preprocessing import Preprocessor, create_windows_from_events, preprocess
from braindecode.samplers import RelativePositioningSampler
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from skorch.callbacks import Callback, Checkpoint
from skorch.helper import predefined_split
from skorch.utils import to_tensor
from torch import nn
from torch.utils.data import DataLoader

SECONDS: dict[str, float] = {"import": time.perf_counter() - START}
STAGES = {
    "Sleep stage W": 0,
    "Sleep stage 1": 1,
    "Sleep stage 2": 2,
    "Sleep stage 3": 3,
    "Sleep stage R": 4,
}


class timed:  # noqa: N801  reads as a word
    """Add the seconds of a block to a part."""

    def __init__(self, part: str) -> None:
        self.part = part

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        SECONDS[self.part] = SECONDS.get(self.part, 0.0) + time.perf_counter() - self.began


class Pairs(BaseConcatDataset):
    """Windows by pairs, with the target that the sampler drew."""

    return_pair = True

    def __getitem__(self, index):
        if not self.return_pair:
            return super().__getitem__(index)
        first, second, target = index
        return (super().__getitem__(first)[0], super().__getitem__(second)[0]), target


class Siamese(nn.Module):
    """Two embeddings, their absolute difference, one number."""

    def __init__(self, embedder, embed_dim, dropout):
        super().__init__()
        self.embedder = embedder
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(embed_dim, 1))

    def forward(self, pair):
        first, second = pair
        return self.head(torch.abs(self.embedder(first) - self.embedder(second))).flatten()


class Clock(Callback):
    """Time training and validation of each pass, the loading of batches included, and count the pairs trained on."""

    n_pairs = 0

    def on_epoch_begin(self, net, **_):
        self.mark = time.perf_counter()

    def on_batch_end(self, net, batch=None, training=False, **_):
        now, part = time.perf_counter(), "training" if training else "validation"
        SECONDS[part] = SECONDS.get(part, 0.0) + now - self.mark
        self.mark, self.n_pairs = now, self.n_pairs + (len(batch[1]) if training else 0)


def read(file):
    raw = mne.io.read_raw_edf(file, preload=True, verbose="ERROR")
    hypnogram = next(file.parent.glob(f"{file.name[:7]}*-Hypnogram.edf"))
    annotations = mne.read_annotations(hypnogram)
    if "Sleep stage 4" in annotations.description:  # MNE wants a number for one name only
        annotations.rename({"Sleep stage 4": "Sleep stage 3"})
    raw.set_annotations(annotations, emit_warning=False)
    raw.pick([name for name in raw.ch_names if name.startswith("EEG")])
    sleep = [i for i, name in enumerate(annotations.description) if name[-1] in "1234R"]
    first = max(0.0, annotations.onset[sleep[0]] - 30 * 60)
    last = min(raw.times[-1], annotations.onset[sleep[-1]] + annotations.duration[sleep[-1]] + 30 * 60)
    raw.crop(first, last)
    return RawDataset(raw, {"subject": int(file.name[3:5]), "recording": 1})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    for split in ("train", "valid", "test"):
        parser.add_argument(f"--{split}", type=int, nargs="+")
    parser.add_argument("--passes", type=int, default=25)
    parser.add_argument("--pairs", type=int, default=250)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.manual_seed(given.seed)

    with timed("load"):
        every = [read(file) for file in sorted(given.folder.rglob("*-PSG.edf"))]
        nights = BaseConcatDataset(every)
    with timed("filter"):
        preprocess(
            nights,
            [
                Preprocessor(lambda data: data * 1e6),
                Preprocessor("filter", l_freq=None, h_freq=30, n_jobs=1, verbose="ERROR"),
            ],
        )
    with timed("windows"):
        windows = create_windows_from_events(
            nights,
            window_size_samples=3000,
            window_stride_samples=3000,
            preload=True,
            mapping=STAGES,
            picks="eeg",
            verbose="ERROR",
        )
        preprocess(windows, [Preprocessor(scale, channel_wise=True)])
    parts = {}
    for split in ("train", "valid", "test"):
        wanted = getattr(given, split)
        parts[split] = Pairs([ds for ds in windows.datasets if ds.description["subject"] in wanted])
    samplers = {
        split: RelativePositioningSampler(
            parts[split].get_metadata(),
            tau_pos=6000,
            tau_neg=90_000,
            n_examples=given.pairs * len(parts[split].datasets),
            same_rec_neg=True,
            random_state=given.seed,
        )
        for split in ("train", "valid")
    }
    samplers["valid"].presample()

    embedder = SleepStagerChambon2018(
        n_chans=2,
        sfreq=100,
        n_outputs=100,
        n_conv_chs=16,
        n_times=3000,
        drop_prob=0,
        apply_batch_norm=True,
    )
    clock = Clock()
    checkpoint = Checkpoint(monitor="valid_loss_best", f_params="params.pt", dirname="/tmp/peer-checkpoint")
    net = EEGClassifier(
        Siamese(embedder, 100, 0.5),
        criterion=nn.BCEWithLogitsLoss,
        optimizer=torch.optim.Adam,
        max_epochs=given.passes,
        iterator_train__shuffle=False,
        iterator_train__sampler=samplers["train"],
        iterator_valid__sampler=samplers["valid"],
        train_split=predefined_split(parts["valid"]),
        optimizer__lr=5e-3,
        batch_size=128,
        callbacks=[checkpoint, clock],
        device=given.device,
        classes=np.array([0, 1]),
        verbose=0,
    )
    with timed("pretext"):
        net.fit(parts["train"], y=None)
    net.load_params(checkpoint=checkpoint)
    embedder.eval()

    features, labels = {}, {}
    with timed("embedding"), torch.no_grad():
        for split, part in parts.items():
            part.return_pair = False
            loaded = DataLoader(part, batch_size=128)
            out = [(embedder(to_tensor(x, given.device).float()).cpu().numpy(), y.numpy()) for x, y, _ in loaded]
            features[split], labels[split] = (np.concatenate(column) for column in zip(*out, strict=True))
    with timed("probe"):
        model = make_pipeline(
            StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000, random_state=given.seed)
        )
        model.fit(features["train"], labels["train"])
        score = balanced_accuracy_score(labels["test"], model.predict(features["test"]))
    SECONDS["all"] = time.perf_counter() - START
    counts = {"pairs": clock.n_pairs, "windows": sum(map(len, labels.values())), "score": score}
    print(json.dumps({"seconds": SECONDS, **counts}))


if __name__ == "__main__":
    main()
