"""Small recordings with known signals, for tests of what comes after reading."""

from collections.abc import Mapping
from pathlib import Path

import mne
import numpy as np

from eegbench.dataset import BadRecordingError, Card, Dataset
from eegbench.types import Recording

LABELS = {"left": "left", "right": "right"}


ELECTRODES = ("Fz", "C3", "C4", "Pz", "Oz")

SMALL = [
    "dataset=toy",
    "trust=[toy]",
    "preprocessing.window_s=2",
    "preprocessing.stride_s=2",
    "sampler.n_pairs=40",
    "sampler.tau_pos_s=5",
    "sampler.tau_neg_s=20",
    "trainer.max_passes=3",
    "trainer.lr=1e-3",
    "model.n_filters=4",
    "model.embed_dim=8",
    "store.n_workers=1",
    "device=cpu",
    "figures=[]",
]
"""Options that make an experiment on the toy take seconds."""


SEQUENCES = (
    "dataset=toy",
    "trust=[toy]",
    "preprocessing=sleep_groups",
    "preprocessing.signal.groups.eeg.channels=[A]",
    "preprocessing.signal.groups.eog.channels=[B]",
    "preprocessing.window_s=2",
    "preprocessing.stride_s=2",
    "task=supervised_sequence",
    "task.sequence.hidden_dim=8",
    "sampler.length=5",
    "model=grouped_features",
    "model@probe.hand_made=grouped_features",
    "interpretability=[occlusion]",
    "interpretability.occlusion.bands_hz=[[low,3,8],[high,10,14]]",
    "explain.n_windows=20",
    "trainer.max_passes=2",
    "store.n_workers=1",
    "device=cpu",
    "figures=[png]",
)
"""Options that make a stager of sequences on two groups of signals."""


class ToyDataset(Dataset):
    """Two channels at 100 Hz; each recording alternates 10 s of `left` (5 Hz) and `right` (12 Hz)."""

    card = Card("Toy 2026", "CC0-1.0", "https://example.org", 8, 8, 100.0, ("A", "B"))

    def __init__(
        self,
        *,
        folder: str | Path,
        n_subjects: int = 8,
        n_blocks: int = 8,
        labels: Mapping[str, str] | None = None,
        ignored: tuple[str, ...] = ("rest",),
        on_bad_recording: str = "raise",
        bad: tuple[str, ...] = (),
    ) -> None:
        self.folder, self.n_subjects, self.n_blocks, self.bad = Path(folder), n_subjects, n_blocks, bad
        self.labels = LABELS if labels is None else labels
        self.ignored, self.on_bad_recording = ignored, on_bad_recording

    @property
    def source(self):
        return None

    def recordings(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        found = []
        for number in range(self.n_subjects):
            path = self.folder / f"s{number}.txt"
            if not path.exists():
                path.write_text(str(number))
            facts = {"age": 20 + number, "sex": "FM"[number % 2]}
            found.append(Recording(id=f"s{number}", subject=f"{number}", session="1", signal=path, facts=facts))
        return found

    def read(self, recording, *, may_lack_channels=False):
        if recording.id in self.bad:
            raise BadRecordingError("the toy is broken")
        number = int(recording.signal.read_text())
        rng = np.random.default_rng(number)
        times = np.arange(self.n_blocks * 1000) / 100
        block = (times // 10).astype(int)
        tone = np.where(block % 2 == 0, np.sin(2 * np.pi * 5 * times), np.sin(2 * np.pi * 12 * times))
        signal = 20e-6 * (tone + rng.standard_normal((2, len(times))))
        raw = mne.io.RawArray(signal, mne.create_info(["A", "B"], 100.0, "eeg"), verbose="ERROR")
        names = [("left", "right", "left", "rest")[i % 4] for i in range(self.n_blocks)]
        return raw.set_annotations(mne.Annotations(10.0 * np.arange(self.n_blocks), 10.0, names))


class LackingToy(ToyDataset):
    """Five electrodes of the 10-20 system; the first subject lacks Oz, and only the last one has Pz."""

    card = Card("Toy 2026", "CC0-1.0", "https://example.org", 5, 5, 100.0, ELECTRODES)

    def read(self, recording, *, may_lack_channels=False):
        raw = super().read(recording)
        first, second = raw.get_data()
        signals = dict(zip(ELECTRODES, (first, second, first - second, first + second, 2 * first), strict=True))
        number = int(recording.subject)
        has_it = {"Oz": number > 0, "Pz": number == self.n_subjects - 1}
        names = [name for name in ELECTRODES if has_it.get(name, True)]
        info = mne.create_info(names, 100.0, "eeg", verbose="ERROR")
        info.set_montage("standard_1005", verbose="ERROR")
        made = mne.io.RawArray([signals[name] for name in names], info, verbose="ERROR")
        return made.set_annotations(raw.annotations)
