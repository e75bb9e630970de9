"""Signals of a polysomnography in HDF5 as an MNE Raw: in volts, read on demand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, SupportsIndex

import mne
import numpy as np
from jaxtyping import Float, Int

from eegbench.dataset.base import BadRecordingError
from eegbench.dataset.channel_kinds import kind_of
from eegbench.dataset.chosen_channels import picked
from eegbench.dataset.electrodes import set_positions
from eegbench.dataset.h5_file import H5Signal, dataset_at, opened, signals_of

FOLDERS = ("eeg", "eog", "emg", "ecg")
"""HDF5 groups whose names give the type of a signal if its own name does not."""


class H5Raw(mne.io.BaseRaw):  # type: ignore[misc]  # MNE has no types
    """Signals with one sampling rate; the last sample of longer signals is dropped so that lengths are equal.

    Parameters
    ----------
    path
        Path of the file.
    signals
        Signals in the order of the channels.
    """

    def __init__(self, path: Path, signals: Sequence[H5Signal]) -> None:
        kinds = [_kind(one) for one in signals]
        info = mne.create_info([one.name for one in signals], signals[0].sfreq, kinds, verbose="ERROR")
        super().__init__(
            info,
            preload=False,
            filenames=(path,),
            last_samps=[min(one.n_samples for one in signals) - 1],
            orig_format="double",
            raw_extras=[{"path": path, "signals": tuple(signals)}],
            verbose="ERROR",
        )

    def _read_segment_file(
        self,
        data: Float[np.ndarray, "n_out n_samples"],
        idx: slice | Int[np.ndarray, "n_read"],
        fi: SupportsIndex,
        start: int,
        stop: int,
        cals: Float[np.ndarray, "n_out 1"] | None,
        mult: Float[np.ndarray, "n_out n_read"] | None,
    ) -> None:
        """Read samples of some signals in volts into ``data``; called by MNE for each part that it needs."""
        facts: dict[str, Any] = self._raw_extras[fi]
        signals = np.array(facts["signals"], dtype=object)[idx]
        block = data if mult is None else np.empty((len(signals), stop - start))
        with opened(facts["path"]) as file:
            for row, one in zip(block, signals, strict=True):
                row[:] = dataset_at(facts["path"], file, one.path, f"channel {one.name}")[start:stop]
                _check_finite(facts["path"], one, row, start)
                row *= one.volts
        if mult is not None:
            data[:] = mult @ block
        elif cals is not None:
            data *= cals


def open_h5(path: Path, *, channels: Sequence[str] | None, may_lack_channels: bool) -> H5Raw:
    """Open a recording in volts, with channel types and positions from channel names.

    Parameters
    ----------
    path, channels, may_lack_channels
        See `signals_of`; a name such as C3-M2 without a signal gives the difference of two, which loads the samples.

    Raises
    ------
    BadRecordingError, MixedRatesError
        See `signals_of`.
    """
    chosen = signals_of(path, channels, may_lack_channels=may_lack_channels)
    signals = dict.fromkeys(one for those in chosen.values() for one in those)
    raw = picked(H5Raw(path, list(signals)), {name: [one.name for one in those] for name, those in chosen.items()})
    return set_positions(raw)


def _kind(signal: H5Signal) -> str:
    """Return MNE's type of a signal, from its name or otherwise from its group."""
    group = signal.path.split("/")[-2:-1]
    return kind_of(signal.name) or next((one.lower() for one in group if one.lower() in FOLDERS), "eeg")


def _check_finite(path: Path, signal: H5Signal, samples: Float[np.ndarray, "n"], start: int) -> None:
    """Raise an error for samples that are NaN or infinite, because filters would spread them over the recording."""
    wrong = np.flatnonzero(~np.isfinite(samples))
    if len(wrong):
        raise BadRecordingError(
            f"{path}: channel {signal.name!r} has {len(wrong)} samples that are not finite (NaN or infinite), the "
            f"first at {(start + wrong[0]) / signal.sfreq:g} s; replace them, or leave the channel out."
        )
