"""Recordings in memory, as MNE's Raw, read like a file of `eegbench.dataset.recordings`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import mne

from eegbench.dataset.electrodes import keep_or_set_positions
from eegbench.dataset.recordings import Recordings
from eegbench.dataset.signal_file import check_gaps, with_channels
from eegbench.types import Recording


class RawRecordings(Recordings):
    """MNE's Raw objects with the options of a dataset for files.

    Parameters
    ----------
    options
        Dataset with the options for labels.
    raws
        Recordings by name, in volts; they are copied before they are changed.
    """

    def __init__(self, options: Recordings, raws: Mapping[str, "mne.io.BaseRaw"]) -> None:
        vars(self).update(vars(options))
        self.raws = raws

    @property
    def source(self) -> str | None:
        """None: there is no folder."""
        return None

    def recordings(self) -> list[Recording]:
        """List the recordings; each has a subject of its own."""
        return [Recording(id=name, subject=name, session="1", signal=Path(name), labels=None) for name in self.raws]

    def sidecars(self, recording: Recording) -> tuple[Path, ...]:  # noqa: ARG002  the signature of datasets
        """Return no files."""
        return ()

    def opened(
        self, recording: Recording, channels: Sequence[str] | None, *, may_lack_channels: bool
    ) -> "mne.io.BaseRaw":
        """Return a copy of a recording with some of its channels."""
        raw = with_channels(
            recording.signal, self.raws[recording.id].copy(), channels, may_lack_channels=may_lack_channels
        )
        check_gaps(recording.signal, raw, self.ignored)
        return keep_or_set_positions(raw)
