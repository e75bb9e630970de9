"""What readers of anyone's folder have in common: the folder is the source, and says who the people are."""

from collections.abc import Sequence
from math import nan
from pathlib import Path

from eegbench.dataset.base import BadRecordingError, Dataset, MixedRatesError
from eegbench.dataset.signal_file import open_signal
from eegbench.types import Recording


class FolderDataset(Dataset):
    """Recordings of a folder that is not known beforehand.

    Attributes
    ----------
    root
        The folder; None until the user names one.
    """

    root: Path | None

    @property
    def source(self) -> str | None:
        """The folder."""
        return None if self.root is None else str(self.root)

    @property
    def people(self) -> str:
        """The folder: subject 01 of two folders is two people."""
        return super().people if self.root is None else f"{super().people} {self.root.resolve()}"

    def found(self) -> list[Recording]:
        """Return the recordings; none where they cannot be listed, which listing them raises again."""
        try:
            return [] if self.root is None else self.recordings()
        except (FileNotFoundError, ValueError):
            return []


def form_of(
    found: Sequence[Recording], channels: Sequence[str] | None, read_across: Sequence[str]
) -> tuple[float, tuple[str, ...]]:
    """Return (highest) rate in Hz and channels of the first readable recording; NaN and the wanted ones of none."""
    for recording in found:
        try:
            raw = open_signal(recording.signal, channels=channels, may_lack_channels=False, read_across=read_across)
        except MixedRatesError as error:
            return max(error.rates.values()), tuple(error.rates)
        except BadRecordingError:
            continue
        return float(raw.info["sfreq"]), tuple(raw.ch_names)
    return nan, tuple(channels or ())
