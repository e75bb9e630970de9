"""Simulated nights in files like those of Sleep-EDF, for experiments without a download."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import mne

from eegbench import progress
from eegbench.config import Index, Positive, Size, Text
from eegbench.dataset.base import Card
from eegbench.dataset.simulated_files import Simulated
from eegbench.dataset.simulation import (
    SIMULATOR_VERSIONS,
    Version,
    draw_subject,
    night_files,
    simulate_night,
    write_night,
    write_subjects,
)
from eegbench.dataset.simulation.night import MAX_HOURS, MIN_HOURS
from eegbench.dataset.sleep_physionet import list_nights, read_night
from eegbench.types import Recording

MAX_SUBJECTS, MAX_NIGHTS = 100, 9
"""Limits from the file names of Sleep-EDF: two digits and one."""

CROP_WAKE_MIN = 30.0
"""Minutes of wake around sleep, the default of `SleepPhysionet`."""


WAKE = "Sleep stage W"
"""Label of wake in simulated hypnograms."""


class SimulatedSleep(Simulated):
    """Simulated nights, written once as EDF and read like real ones.

    A night depends on ``version``, ``seed``, ``hours``, its subject's number and its own: adding subjects or nights
    does not change existing files. Each version, seed and length has its own folder.

    Parameters
    ----------
    n_subjects
        Number of subjects, 1 to 100.
    n_nights
        Number of nights per subject, 1 to 9.
    hours
        Length of a recording in hours, including wake on both sides, 1 to 24; see `simulate_night`.
    seed
        Seed of the subjects and their sleep.
    version
        Version of the simulator: 2 (spectra of real nights) or 1 (of the first published tables).
    root
        Folder in which the files are written.
    labels, ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.
    """

    card = Card(
        citation="Simulated by eegbench; hypnograms after 18 nights of Sleep-EDF Expanded (Kemp et al. 2000, "
        "doi:10.1109/10.867928), disagreement of experts after DOD-H (Guillot et al. 2020, "
        "doi:10.1109/TNSRE.2020.3011181), spectra (version 2) after 10 nights of Sleep-EDF Expanded.",
        licence="BSD-3-Clause",
        url="docs/simulator.md",
        n_subjects=14,
        n_recordings=14,
        sfreq=100.0,
        channels=("Fpz-Cz", "Pz-Oz"),
        pattern="*-PSG.edf",
    )
    reader = "sleep_physionet"

    def __init__(  # noqa: PLR0913  options are flat for typing
        self,
        *,
        n_subjects: Size,
        n_nights: Size,
        hours: Positive,
        seed: Index,
        version: Version,
        root: Text,
        labels: Mapping[str, Text],
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        _check_between("n_subjects", n_subjects, 1, MAX_SUBJECTS)
        _check_between("n_nights", n_nights, 1, MAX_NIGHTS)
        _check_between("hours", hours, MIN_HOURS, MAX_HOURS)
        _check_between("seed", seed, 0, 2**32 - 1)
        self.card = replace(self.card, n_subjects=n_subjects, n_recordings=n_subjects * n_nights)  # as requested
        self.n_subjects = n_subjects
        self.n_nights = n_nights
        self.hours = hours
        self.seed = seed
        self.version: Version = version
        self.root = Path(root).expanduser()
        self.labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording

    @property
    def folder(self) -> Path:
        """Folder of this simulator version, seed and length."""
        identity = f"version {SIMULATOR_VERSIONS[self.version]}, seed {self.seed}, hours {self.hours!r}"
        return self.root / hashlib.sha256(identity.encode()).hexdigest()[:12]

    @property
    def people(self) -> str:
        """Subjects depend on ``seed``: another seed gives other people."""
        return f"{type(self).__name__} (seed {self.seed})"

    @property
    def source(self) -> str:
        """Folder in which the files are written."""
        return str(self.root)

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a night, in addition to its files."""
        simulator = SIMULATOR_VERSIONS[self.version]
        return {"channels": self.card.channels, "crop_wake_min": CROP_WAKE_MIN, "simulator": simulator}

    @property
    def simulation(self) -> Mapping[str, object]:
        """Options that determine the nights."""
        names = ("n_subjects", "n_nights", "hours", "seed", "version")
        return {name: getattr(self, name) for name in names} | {"simulator": SIMULATOR_VERSIONS[self.version]}

    def recordings(self) -> list[Recording]:
        """List the nights; missing ones are simulated first."""
        return self.recordings_in(self.folder)

    def recordings_in(self, folder: Path) -> list[Recording]:
        """List the nights in a folder; missing ones are simulated first."""
        self._simulate_missing(folder)
        subjects, nights = range(self.n_subjects), range(1, self.n_nights + 1)
        return list_nights(folder, labelled=True, subjects=subjects, nights=nights)

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one night, cropped around sleep."""
        return self.read_channels(recording, self.card.channels, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one night, cropped around sleep: ``EMG submental`` has 1 Hz, the others 100 Hz."""
        return read_night(
            recording,
            channels=channels,
            may_lack_channels=may_lack_channels,
            crop_wake_min=CROP_WAKE_MIN,
            hypnogram_start="file",
            labels=self.labels,
            ignored=self.ignored,
            wake=self.labels.get(WAKE, ""),
        )

    def _simulate_missing(self, folder: Path) -> None:
        orders = [
            _Order(folder, number, session, self.hours, self.seed, self.version)
            for number in range(self.n_subjects)
            for session in range(1, self.n_nights + 1)
        ]
        missing = [order for order in orders if not all(path.exists() for path in order.files)]
        if not missing:
            return
        # all numbers that file names allow, so that adding subjects does not change the table
        write_subjects([draw_subject(number, seed=self.seed) for number in range(MAX_SUBJECTS)], folder)
        done = progress.parallel(_fill, missing, description="Simulating nights", n_workers=progress.n_cores())
        for _, result in done:
            if isinstance(result, Exception):
                raise result


@dataclass(frozen=True)
class _Order:
    folder: Path
    number: int
    session: int
    hours: float
    seed: int
    version: Version

    @property
    def files(self) -> tuple[Path, Path]:
        return night_files(self.folder, self.number, self.session)


def _fill(order: _Order) -> None:
    subject = draw_subject(order.number, seed=order.seed)
    night = simulate_night(subject, session=order.session, hours=order.hours, seed=order.seed, version=order.version)
    write_night(night, order.folder)


def _check_between(name: str, value: int | float, low: int | float, high: int | float) -> None:
    if not low <= value <= high:
        raise ValueError(f"dataset.{name}={value:g}: {low:g} to {high:g} is expected.")
