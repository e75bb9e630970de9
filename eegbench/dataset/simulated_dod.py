"""Simulated nights in files like those of DOD-H or DOD-O, with five scorers each."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import mne
import numpy as np

from eegbench import progress
from eegbench.config import Index, Positive, Size, Text
from eegbench.dataset.base import Card
from eegbench.dataset.h5_night import H5Reader
from eegbench.dataset.signal_list import list_recordings
from eegbench.dataset.simulated_files import Simulated
from eegbench.dataset.simulation.dod_hypnogram import draw_scored_night
from eegbench.dataset.simulation.night import MAX_HOURS
from eegbench.dataset.simulation.polysomnogram import EEG, OTHERS, SFREQ, draw_signals
from eegbench.dataset.simulation.subject import NOBODY
from eegbench.dataset.simulation.write_h5 import write_h5_night, write_scorers
from eegbench.types import Recording

DOD_SIMULATOR_VERSION = "1.1"
"""Part of the identity of every simulated file; it changes with every change of the data."""

MIN_HOURS = 0.5

SCORERS = "scorers"
"""Name of the folder, next to the recordings, with the stages of each scorer."""


class SimulatedDod(Simulated):
    """Simulated nights, written in the format of the Dreem Open Datasets and read in the same way.

    Each combination of set, seed, length and simulator version has a folder of its own. Its subfolder ``scorers``
    contains the stages of the five scorers, in the format of ``eegbench consensus``.

    Parameters
    ----------
    set
        Real nights to imitate: ``dod_h`` (16 signals, healthy volunteers) or ``dod_o`` (12, patients).
    n_subjects
        Number of subjects, 1 to 100, with one night each.
    hours
        Length of a recording, 0.5 to 24; None draws it from the distribution of real ones.
    seed
        Seed of the subjects, their sleep and the scorers.
    root
        Folder in which the files are written.
    channels
        Channel names, in this order; None takes all.
    labels, ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.
    """

    def __init__(  # noqa: PLR0913  options are flat for typing
        self,
        *,
        set: Literal["dod_h", "dod_o"],  # noqa: A002  the name that users know
        n_subjects: Size,
        hours: Positive | None,
        seed: Index,
        root: Text,
        channels: tuple[str, ...] | None,
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        if channels == ():
            raise ValueError("dataset.channels=[]: at least one is expected, or null for all.")
        _check_between("n_subjects", n_subjects, 1, NOBODY)
        _check_between("hours", MIN_HOURS if hours is None else hours, MIN_HOURS, MAX_HOURS)
        _check_between("seed", seed, 0, 2**32 - 1)
        self.set = set
        self.reader = set
        self.n_subjects = n_subjects
        self.hours = hours
        self.seed = seed
        self.root = Path(root).expanduser()
        self.channels = channels
        self.labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording
        self.card = Card(
            citation=f"Simulated by eegbench (simulator version {DOD_SIMULATOR_VERSION}) after the stages and scorers "
            "of the Dreem Open Datasets (Guillot et al. 2020, doi:10.1109/TNSRE.2020.3011181).",
            licence="BSD-3-Clause",
            url="docs/dod.md",
            n_subjects=n_subjects,
            n_recordings=n_subjects,
            sfreq=float(SFREQ),
            channels=channels or (*EEG[set], *OTHERS),
            pattern="*.h5",
        )
        self._reader = H5Reader(labels=labels, ignored=ignored, hypnograms=None)

    @property
    def folder(self) -> Path:
        """Folder of this set, simulator version, seed and length."""
        identity = f"version {DOD_SIMULATOR_VERSION}, seed {self.seed}, hours {self.hours!r}"
        return self.root / f"{self.set}_{hashlib.sha256(identity.encode()).hexdigest()[:12]}"

    @property
    def people(self) -> str:
        """Subjects depend on ``seed``: another seed gives other people."""
        return f"{type(self).__name__} {self.set} (seed {self.seed})"

    @property
    def source(self) -> str:
        """Folder in which the files are written."""
        return str(self.root)

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a night, in addition to its file."""
        return {"channels": self.card.channels, **self._reader.settings}

    @property
    def simulation(self) -> Mapping[str, object]:
        """Options that determine the nights."""
        names = ("set", "n_subjects", "hours", "seed")
        return {name: getattr(self, name) for name in names} | {"simulator": DOD_SIMULATOR_VERSION}

    def recordings(self) -> list[Recording]:
        """List the nights; missing ones are simulated first."""
        return self.recordings_in(self.folder)

    def recordings_in(self, folder: Path) -> list[Recording]:
        """List the nights in a folder; missing ones are simulated first."""
        orders = [_Order(folder, self.set, number, self.hours, self.seed) for number in range(self.n_subjects)]
        missing = [order for order in orders if not order.path.is_file()]
        done = progress.parallel(_fill, missing, description="Simulating nights", n_workers=progress.n_cores())
        for _, result in done:
            if isinstance(result, Exception):
                raise result
        found = list_recordings(folder, "*.h5", subject="file", labels=None, endings=(".h5",))
        names = {order.name for order in orders}
        return [one for one in found if one.id in names]

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one night with the consensus of its scorers."""
        return self._reader.read(recording, self.card.channels, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one night with the consensus of its scorers."""
        return self._reader.read(recording, channels, may_lack_channels=may_lack_channels)


@dataclass(frozen=True)
class _Order:
    folder: Path
    set: str
    number: int
    hours: float | None
    seed: int

    @property
    def name(self) -> str:
        return f"{self.set[-1].upper()}{self.number:02d}"

    @property
    def path(self) -> Path:
        return self.folder / f"{self.name}.h5"


def _fill(order: _Order) -> None:
    """Simulate and write a night; the recording is written last, so that the scorers' lists exist if it does."""
    night = draw_scored_night(order.set, order.number, hours=order.hours, seed=order.seed)
    signals = draw_signals(night, order.set, np.random.default_rng([order.seed, order.number, 2]))
    try:
        write_scorers(night, order.folder / SCORERS, order.name)
        write_h5_night(night, signals, order.path)
    except OSError as error:
        raise OSError(
            f"{order.path}: cannot be written ({error}); make room, or choose another folder by dataset.root=FOLDER."
        ) from error


def _check_between(name: str, value: int | float, low: int | float, high: int | float) -> None:
    if not low <= value <= high:
        raise ValueError(f"dataset.{name}={value:g}: {low:g} to {high:g} is expected.")
