"""Nights of healthy subjects with a sleep stage every 30 s: Sleep-EDF Expanded, the cassette study."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import mne

from eegbench.config import NotNegative, Text
from eegbench.dataset.base import BadRecordingError, Card, Dataset
from eegbench.dataset.label_list import LabelStart
from eegbench.dataset.night import read_night, sleep_labels
from eegbench.dataset.night_list import ABSENT_SUBJECTS, list_nights, pair_nights
from eegbench.dataset.night_pairs import HYPNOGRAM, PSG, partner
from eegbench.dataset.night_subjects import is_cassette
from eegbench.dataset.subjects_file import rows_to_write
from eegbench.progress import bar
from eegbench.types import Recording

FILES_URL = "https://physionet.org/files/sleep-edfx/1.0.0/sleep-cassette/"

__all__ = ["SleepPhysionet", "fetch_nights", "list_nights", "read_night"]


class SleepPhysionet(Dataset):
    """Nights with hypnograms, from a folder or downloaded by MNE.

    Parameters
    ----------
    root
        Folder of ``*-PSG.edf`` and ``*-Hypnogram.edf``, paired by `eegbench.dataset.night_pairs`; nothing is downloaded
        then. None downloads the cassette study.
    subjects
        Subject numbers in the published names, 0-82; None takes all available ones.
    nights
        Nights of a subject, 1 and 2.
    channels
        Channel names without the prefix ``EEG``, in this order.
    crop_wake_min
        Minutes of wake to keep before and after sleep; None keeps all.
    labelled
        Whether to read hypnograms; without them nothing is cropped and every window is unscored.
    hypnogram_start
        Reference of the times in a hypnogram. ``file``: the start of the recording, if both files have the same start.
        ``clock``: the hypnogram's own start. ``lights_off``: the annotation of lights off in the recording.
    wake
        Class of wake; cropping keeps all other classes.
    labels, ignored, on_bad_recording
        See `eegbench.dataset.Dataset`.

    References
    ----------
    Kemp et al. 2000, IEEE Trans. Biomed. Eng. 47(9):1185, doi:10.1109/10.867928.
    """

    card = Card(
        citation="Kemp, Zwinderman, Tuk, Kamphuisen, Oberyé. Analysis of a sleep-dependent neuronal feedback loop: "
        "the slow-wave microcontinuity of the EEG. IEEE Trans. Biomed. Eng. 47(9):1185-1194, 2000. "
        "doi:10.1109/10.867928. Goldberger et al. PhysioBank, PhysioToolkit, and PhysioNet. Circulation "
        "101(23):e215-e220, 2000. doi:10.1161/01.CIR.101.23.e215",
        licence="ODC-By-1.0",
        url="https://physionet.org/content/sleep-edfx/1.0.0/",
        n_subjects=78,
        n_recordings=153,
        pattern="SC4*-PSG.edf",
        download_gb=7.0,  # 153 nights of 48 MB
        sfreq=100.0,
        channels=("Fpz-Cz", "Pz-Oz"),
    )

    channels: tuple[str, ...]

    def __init__(  # noqa: PLR0913  options are flat for typing
        self,
        *,
        root: Text | None,
        subjects: tuple[int, ...] | None,
        nights: tuple[int, ...],
        channels: tuple[str, ...],
        crop_wake_min: NotNegative | None,
        labelled: bool,
        hypnogram_start: LabelStart,
        labels: Mapping[str, Text],
        wake: Text,
        ignored: tuple[str, ...],
        on_bad_recording: Literal["raise", "skip"],
    ) -> None:
        if crop_wake_min is not None and crop_wake_min < 0:
            raise ValueError(f"dataset.crop_wake_min={crop_wake_min:g}: 0 or more minutes are expected, or null.")
        if not channels:
            raise ValueError(f"dataset.channels=[]: at least one is expected, say {', '.join(self.card.channels)}.")
        if crop_wake_min is not None and wake not in labels.values():
            raise ValueError(
                f"dataset.wake={wake}: none of the classes ({', '.join(dict.fromkeys(labels.values()))}) has this "
                "name; set dataset.wake to the class that is not sleep, or dataset.crop_wake_min=null to keep whole "
                "records."
            )
        self.root = None if root is None else Path(root).expanduser()
        self.subjects = subjects
        self.nights = nights
        self.channels = channels
        self.crop_wake_min = crop_wake_min
        self.labelled = labelled
        self.hypnogram_start = hypnogram_start
        self.wake = wake
        self.labels = labels
        self.ignored = ignored
        self.on_bad_recording = on_bad_recording

    @property
    def source(self) -> str | None:
        """Folder of the recordings; None if they are downloaded."""
        return None if self.root is None else str(self.root)

    @property
    def download_folder(self) -> Path:
        """Folder of MNE's downloads."""
        return nights_folder()

    @property
    def read_settings(self) -> Mapping[str, object]:
        """Options that change a night, in addition to its files."""
        settings = {"channels": self.channels, "crop_wake_min": self.crop_wake_min, "labelled": self.labelled}
        sleep = () if self.crop_wake_min is None else sorted(sleep_labels(self.labels, self.wake))
        return settings | {"hypnogram_start": self.hypnogram_start, "sleep": sleep}

    def recordings(self) -> list[Recording]:
        """List the nights; download them first if no root is given."""
        if self.root is not None:
            _check_one_folder(self.root)
            return list_nights(self.root, labelled=self.labelled, subjects=self.subjects, nights=self.nights)
        files = fetch_nights(self.subjects, self.nights)
        return pair_nights(files, labelled=self.labelled, subjects=self.subjects, nights=self.nights, fetched=True)

    def coverage(self, recordings: Sequence[Recording]) -> str:
        """Return the share of the cassette study, or only the counts if some files are not part of it."""
        if self.root is None or all(is_cassette(one.signal) for one in recordings):
            return super().coverage(recordings)
        n_subjects, n = len({one.subject for one in recordings}), len(recordings)
        return f"{n_subjects} subject{'s' * (n_subjects != 1)}, {n} recording{'s' * (n != 1)}"

    def how_to_join(self, recordings: Sequence[Recording]) -> str:
        """Return the rows to add to the table of subjects."""
        if self.root is None:
            return super().how_to_join(recordings)
        return rows_to_write(self.root, recordings)

    def read(self, recording: Recording, *, may_lack_channels: bool = False) -> "mne.io.BaseRaw":
        """Open one night, cropped around sleep."""
        return self.read_channels(recording, self.channels, may_lack_channels=may_lack_channels)

    def read_channels(
        self, recording: Recording, channels: Sequence[str], *, may_lack_channels: bool = False
    ) -> "mne.io.BaseRaw":
        """Open some channels of one night, cropped around sleep."""
        if self.labelled and recording.labels is None:
            raise BadRecordingError(
                f"{recording.signal}: has no hypnogram; {partner(recording.signal, HYPNOGRAM)} is expected next to it, "
                "or its name in a column hypnogram of a table of recordings; dataset.labelled=false reads the folder "
                "without labels."
            )
        return read_night(
            recording,
            channels=channels,
            may_lack_channels=may_lack_channels,
            crop_wake_min=self.crop_wake_min,
            hypnogram_start=self.hypnogram_start,
            labels=self.labels,
            ignored=self.ignored,
            wake=self.wake,
        )


def nights_folder() -> Path:
    """Return the folder of MNE's downloads: its settings PHYSIONET_SLEEP_PATH or MNE_DATA, or ``~/mne_data``."""
    place = mne.get_config("PHYSIONET_SLEEP_PATH") or mne.get_config("MNE_DATA") or "~/mne_data"
    return Path(place).expanduser() / "physionet-sleep-data"


def fetch_nights(subjects: Sequence[int] | None, nights: Sequence[int]) -> list[Path]:
    """Download nights of the cassette study with MNE, which verifies checksums, and return all files.

    Raises
    ------
    FileNotFoundError
        If the network, the disk or a checksum fails.
    """
    from mne.datasets.sleep_physionet.age import fetch_data

    wanted = range(83) if subjects is None else subjects
    there = [subject for subject in wanted if subject not in ABSENT_SUBJECTS]
    pairs: list[list[str]] = []
    try:
        with bar("downloading", len(there)) as advance:
            for subject in there:
                pairs += fetch_data(subjects=[subject], recording=list(nights), on_missing="ignore", verbose="ERROR")
                advance(f"subject {subject}")
    except (OSError, ValueError) as error:
        raise FileNotFoundError(
            f"Sleep-EDF could not be fetched ({error}); repeat the command with a network (files that were downloaded "
            f"stay in {nights_folder()}), or download {FILES_URL} and set dataset.root=FOLDER."
        ) from error
    return [Path(path) for pair in pairs for path in pair]


def _check_one_folder(root: Path) -> None:
    """Raise an error for a folder of folders: reading only one of them would give an incomplete dataset."""
    folders = sorted({path.parent for path in root.rglob(f"*{PSG}")})
    if len(folders) > 1 and root not in folders:
        raise FileNotFoundError(
            f"dataset.root={root}: no *{PSG} in it; {len(folders)} folders below it hold some ({folders[0].name}, "
            f"{folders[1].name}, …), which are not searched. Put all files, or links to them, into one folder."
        )
