"""Reading of a polysomnography in HDF5 with its sleep stages, for every dataset in this format."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import nan
from pathlib import Path

import mne
import numpy as np

from eegbench.dataset.base import BadRecordingError, MixedRatesError
from eegbench.dataset.h5_file import signals_of
from eegbench.dataset.h5_hypnogram import Stages, stage_annotations, stages_in_file, stages_in_list
from eegbench.dataset.h5_raw import open_h5
from eegbench.dataset.label_list import check_known
from eegbench.dataset.night import cropped_around_sleep, sleep_labels
from eegbench.dataset.signal_labels import own_marks
from eegbench.types import UNSCORED, Recording

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class H5Reader:
    """Reader of recordings with the options of a dataset.

    Attributes
    ----------
    labels, ignored
        Descriptions of stages (W, N1, N2, N3, R, unscored) with their classes, and those without a class.
    hypnograms
        Folder of lists ``RECORDING.json`` to use instead of the stages in the files.
    zeros_are_unlabelled
        Whether a hypnogram that is all zeros is unscored; otherwise it is wake.
    crop_wake_min
        Minutes of wake to keep around sleep; None keeps all.
    wake
        Class of wake.
    told
        Recordings for which a note was logged, because recordings are read more than once.
    """

    labels: Mapping[str, str]
    ignored: Sequence[str]
    hypnograms: Path | None
    zeros_are_unlabelled: bool = False
    crop_wake_min: float | None = None
    wake: str = ""
    told: set[str] = field(default_factory=set)

    @property
    def settings(self) -> Mapping[str, object]:
        """Options that change a recording, in addition to its files."""
        sleep = () if self.crop_wake_min is None else sorted(sleep_labels(self.labels, self.wake))
        return {
            "own_hypnograms": self.hypnograms is None,
            "zeros_are_unlabelled": self.zeros_are_unlabelled,
            "crop_wake_min": self.crop_wake_min,
            "sleep": sleep,
        }

    def with_lists(self, recordings: Sequence[Recording]) -> list[Recording]:
        """Return recordings with the existing lists of stages."""
        if self.hypnograms is None:
            return list(recordings)
        lists = {one.id: self.hypnograms / f"{one.id}.json" for one in recordings}
        if not any(path.is_file() for path in lists.values()):
            raise FileNotFoundError(
                f"dataset.hypnograms={self.hypnograms}: holds no list of any recording; a file "
                f"{recordings[0].id}.json is expected, of stages or as 'eegbench consensus' writes it to OUT/consensus."
            )
        return [replace(one, labels=path if (path := lists[one.id]).is_file() else None) for one in recordings]

    def read(self, recording: Recording, channels: Sequence[str] | None, *, may_lack_channels: bool) -> mne.io.BaseRaw:
        """Open some channels of a recording with its stages as annotations, or without annotations if unscored.

        Raises
        ------
        BadRecordingError
            If the file is damaged, lacks a channel, or its stages do not fit.
        MixedRatesError
            If the channels have several sampling rates.
        """
        raw = open_h5(recording.signal, channels=channels, may_lack_channels=may_lack_channels)
        try:
            found = self._stages(recording)
            if found is None:
                return raw.set_annotations(mne.Annotations([], [], []), verbose="ERROR")
            where = recording.labels or recording.signal
            notes = stage_annotations(where, found, raw.n_times / raw.info["sfreq"])
            raw.set_annotations(notes, emit_warning=False, verbose="ERROR")
            if (found == UNSCORED).all():
                return raw
            check_known(where, own_marks(raw), self.labels, self.ignored)
            if self.crop_wake_min is None:
                return raw
            return cropped_around_sleep(raw, notes, sleep_labels(self.labels, self.wake), self.crop_wake_min, where)
        except BadRecordingError as error:
            error.signal = raw
            raise

    def _stages(self, recording: Recording) -> Stages | None:
        """Return the stages of a recording; None if it has none."""
        if self.hypnograms is not None and recording.labels is None:
            raise BadRecordingError(
                f"{recording.signal}: has no list of stages; {self.hypnograms / recording.id}.json is expected "
                "(dataset.hypnograms); dataset.hypnograms=null takes the file's own."
            )
        found = stages_in_file(recording.signal) if recording.labels is None else stages_in_list(recording.labels)
        if found is None or (found == UNSCORED).all():
            self._tell(recording, logging.INFO, "%s: it has no scores; it is read without labels.")
        elif not found.any() and self.zeros_are_unlabelled:
            told = "%s: all of its stages are 0, and it is taken for unlabelled (dataset.zeros_are_unlabelled=true)."
            self._tell(recording, logging.WARNING, told)
            found = np.full_like(found, UNSCORED)
        elif not found.any():
            told = (
                "%s: all of its stages are 0, and taken for wake. If it is unscored, set "
                "dataset.zeros_are_unlabelled=true."
            )
            self._tell(recording, logging.WARNING, told)
        return found

    def _tell(self, recording: Recording, level: int, text: str) -> None:
        if recording.id not in self.told:
            self.told.add(recording.id)
            _log.log(level, text, recording.id)


def form_of_h5(found: Sequence[Recording], channels: Sequence[str] | None) -> tuple[float, tuple[str, ...]]:
    """Return the (highest) rate in Hz and the channels of the first readable recording; NaN if there is none."""
    for recording in found:
        try:
            chosen = signals_of(recording.signal, channels, may_lack_channels=False)
        except MixedRatesError as error:
            return max(error.rates.values()), tuple(error.rates)
        except BadRecordingError:
            continue
        return next(iter(chosen.values()))[0].sfreq, tuple(chosen)
    return nan, tuple(channels or ())
