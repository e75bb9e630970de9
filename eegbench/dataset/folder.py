"""Base class of datasets that read any folder: the folder is the source, and identifies the population."""

from collections.abc import Sequence
from math import nan
from pathlib import Path

from eegbench.dataset.base import BadRecordingError, Dataset, MixedRatesError
from eegbench.dataset.signal_file import open_signal
from eegbench.types import Recording


class FolderDataset(Dataset):
    """Recordings of a folder whose content is not known in advance.

    Attributes
    ----------
    root
        Folder of the recordings; None until the user names one.
    """

    root: Path | None

    @property
    def source(self) -> str | None:
        """Path of the folder."""
        return None if self.root is None else str(self.root)

    @property
    def people(self) -> str:
        """The folder: equal subject ids in two folders are two people."""
        return super().people if self.root is None else f"{super().people} {self.root.resolve()}"

    def found(self) -> list[Recording]:
        """Return the recordings; empty if listing fails, which is reported when they are listed again."""
        try:
            return [] if self.root is None else self.recordings()
        except (FileNotFoundError, ValueError):
            return []


def form_of(
    found: Sequence[Recording], channels: Sequence[str] | None, read_across: Sequence[str]
) -> tuple[float, tuple[str, ...]]:
    """Return the (highest) rate in Hz and the channels of the first readable recording; NaN if there is none."""
    for recording in found:
        try:
            raw = open_signal(recording.signal, channels=channels, may_lack_channels=False, read_across=read_across)
        except MixedRatesError as error:
            return max(error.rates.values()), tuple(error.rates)
        except BadRecordingError:
            continue
        return float(raw.info["sfreq"]), tuple(raw.ch_names)
    return nan, tuple(channels or ())
